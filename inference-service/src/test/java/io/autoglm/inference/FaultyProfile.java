package io.autoglm.inference;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/// The service with an engine that fails on demand, a short line and little room for bodies, and a tokenizer
/// that knows a token more than the model.
public final class FaultyProfile extends NanoProfile {

    /// The token that the model has no embedding for.
    public static final String BEYOND = "<|beyond|>";

    private static Path modelWithOneTokenTooMany() {
        try {
            Path copy = Files.createDirectories(Path.of("target", "model-beyond", "autoglm-nano"));
            try (Stream<Path> files = Files.list(Path.of("..", "models", "autoglm-nano"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            ObjectMapper mapper = new ObjectMapper();
            ObjectNode tokenizer =
                    (ObjectNode) mapper.readTree(copy.resolve("tokenizer.json").toFile());
            tokenizer
                    .withArray("added_tokens")
                    .addObject()
                    .put("id", 4096)
                    .put("content", BEYOND)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
            mapper.writeValue(copy.resolve("tokenizer.json").toFile(), tokenizer);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
        settings.put("autoglm.engine", "faulty");
        settings.put("autoglm.model.path", modelWithOneTokenTooMany().toString());
        settings.put("autoglm.batching.queue", "2");
        settings.put("autoglm.max-bodies", "1M");
        // A step is a token, so that a test can say at which one it fails.
        settings.put("autoglm.batching.draft-tokens", "0");
        return settings;
    }
}
