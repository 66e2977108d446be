package io.autoglm.inference.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.text.ToolFormat;
import io.autoglm.service.CannotStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/// What was loaded and unloaded by HTTP, in a small JSON file that is replaced as a whole: written beside it,
/// forced to the disk, renamed. Guarded by its {@link ModelLoader}.
final class KeptModels {

    private static final Logger LOG = Logger.getLogger(KeptModels.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT = 1;
    private static final long LARGEST_BYTES = 1 << 20;

    private final Optional<Path> file;
    private final Map<String, ModelSpec> loaded = new TreeMap<>();
    private final Set<String> unloaded = new TreeSet<>();

    private KeptModels(Optional<Path> file) {
        this.file = file;
    }

    /// @throws CannotStart if there is a file that is not one of these: it must not be overwritten
    static KeptModels open(Optional<Path> file) {
        KeptModels kept = new KeptModels(file);
        file.filter(Files::exists).ifPresent(kept::read);
        return kept;
    }

    /// What is to be served at the start, given what is configured.
    List<ModelSpec> over(List<ModelSpec> configured) {
        Map<String, ModelSpec> rest = new TreeMap<>(loaded);
        List<ModelSpec> all = new ArrayList<>();
        for (ModelSpec spec : configured) {
            ModelSpec instead = rest.remove(spec.name());
            if (!unloaded.contains(spec.name())) {
                all.add(instead == null ? spec : instead);
            }
        }
        all.addAll(rest.values());
        return all;
    }

    /// Whether the next process would serve it because of this.
    boolean has(String name) {
        return loaded.containsKey(name);
    }

    /// @return whether the next process will know
    boolean loaded(ModelSpec spec) {
        loaded.put(spec.name(), spec);
        unloaded.remove(spec.name());
        return write();
    }

    /// @param configured whether it would be served again without this
    /// @return whether the next process will know
    boolean unloaded(String name, boolean configured) {
        loaded.remove(name);
        if (configured) {
            unloaded.add(name);
        }
        return write();
    }

    private boolean write() {
        if (file.isEmpty()) {
            return false;
        }
        Path whole = file.get().toAbsolutePath();
        Path part = whole.resolveSibling(whole.getFileName() + ".part");
        try {
            Files.createDirectories(whole.getParent());
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes =
                        ByteBuffer.wrap(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json()));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(whole.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
            return true;
        } catch (IOException e) {
            LOG.errorf("what was loaded and unloaded is not kept for the next process: %s", e);
            return false;
        }
    }

    private ObjectNode json() {
        ObjectNode all = JSON.createObjectNode().put("format", FORMAT);
        ArrayNode models = all.putArray("models");
        for (ModelSpec spec : loaded.values()) {
            ObjectNode model = models.addObject()
                    .put("name", spec.name())
                    .put("path", spec.path().toString());
            spec.weights().ifPresent(weights -> model.put("weights", weights.spelled()));
            spec.slots().ifPresent(slots -> model.put("slots", slots));
            spec.maxTokens().ifPresent(tokens -> model.put("max_tokens", tokens));
            spec.digest().ifPresent(digest -> model.put("digest", digest));
            spec.toolFormat().ifPresent(calls -> model.put("tool_format", calls.spelled()));
        }
        unloaded.forEach(all.putArray("unloaded")::add);
        return all;
    }

    private void read(Path from) {
        try {
            if (Files.size(from) > LARGEST_BYTES) {
                throw new IOException("it is larger than " + LARGEST_BYTES + " bytes");
            }
            JsonNode all = JSON.readTree(from.toFile());
            if (all.path("format").intValue() != FORMAT) {
                throw new IOException("its format is " + all.path("format") + ", not " + FORMAT);
            }
            for (JsonNode model : all.path("models")) {
                ModelSpec spec = spec(model);
                loaded.put(spec.name(), spec);
            }
            all.path("unloaded").forEach(name -> unloaded.add(name.textValue()));
        } catch (IOException | RuntimeException e) {
            throw new CannotStart(
                    "autoglm.models.file cannot be read: " + from + ": "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    "mend it or take it away");
        }
    }

    private static ModelSpec spec(JsonNode model) {
        return new ModelSpec(
                required(model, "name"),
                Path.of(required(model, "path")),
                text(model, "weights").map(KeptModels::weights),
                number(model, "slots"),
                number(model, "max_tokens"),
                text(model, "digest"),
                text(model, "tool_format").map(KeptModels::toolFormat));
    }

    private static WeightFormat weights(String spelled) {
        return WeightFormat.named(spelled)
                .orElseThrow(() -> new IllegalArgumentException("weights " + spelled + " are not known"));
    }

    private static ToolFormat toolFormat(String spelled) {
        return ToolFormat.named(spelled)
                .orElseThrow(() -> new IllegalArgumentException("tool_format " + spelled + " is not known"));
    }

    private static String required(JsonNode model, String field) {
        return text(model, field).orElseThrow(() -> new IllegalArgumentException("a model has no " + field));
    }

    private static Optional<String> text(JsonNode model, String field) {
        return Optional.ofNullable(model.path(field).textValue());
    }

    private static OptionalInt number(JsonNode model, String field) {
        return model.path(field).isInt() ? OptionalInt.of(model.path(field).intValue()) : OptionalInt.empty();
    }
}
