package io.autoglm.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/// What a model directory in the layout of sentence-transformers says of its embeddings: `modules.json` lists what
/// follows the transformer, and the folder of the pooling holds its `config.json`.
///
/// `Normalize` may be listed or not, as every vector is normalized here. Anything else after the transformer would
/// change the vectors, and is refused rather than left out.
public final class EmbeddingModules {

    static final String MODULES = "modules.json";
    static final String POOLING_CONFIG = "1_Pooling/config.json";

    private static final Logger LOG = Logger.getLogger(EmbeddingModules.class);
    private static final String MODE = "pooling_mode_";
    private static final Map<String, Pooling> MODES =
            Map.of(MODE + "lasttoken", Pooling.LAST, MODE + "mean_tokens", Pooling.MEAN);

    private EmbeddingModules() {}

    /// @return empty where the directory says nothing of it
    /// @throws ModelLoadException if it asks for what this service does not do
    public static Optional<Pooling> pooling(Path directory) {
        Path modules = directory.resolve(MODULES);
        Path pooling = Files.isRegularFile(modules) ? listed(modules) : directory.resolve(POOLING_CONFIG);
        return Files.isRegularFile(pooling) ? Optional.of(mode(Json.read(pooling))) : Optional.empty();
    }

    /// Where the pooling's configuration may be, whether it can be served or not.
    static List<Path> configs(Path directory) {
        Path modules = directory.resolve(MODULES);
        Set<Path> configs = new LinkedHashSet<>(Set.of(directory.resolve(POOLING_CONFIG)));
        try {
            if (Files.isRegularFile(modules)) {
                list(modules).forEach(module -> configs.add(config(modules, module)));
            }
        } catch (ModelLoadException e) {
            LOG.debug("what the list of modules names is no part of the digest", e);
        }
        return List.copyOf(configs);
    }

    /// @return where the pooling's configuration should be
    private static Path listed(Path modules) {
        Path pooling = modules.resolveSibling(POOLING_CONFIG);
        for (JsonNode module : list(modules)) {
            String type = module.path("type").asText();
            switch (type.substring(type.lastIndexOf('.') + 1)) {
                case "Transformer", "Normalize" -> {}
                case "Pooling" -> pooling = config(modules, module);
                default ->
                    throw new ModelLoadException(
                            modules,
                            "lists " + type + ", which this engine does not run; set autoglm.embedding.pooling to last"
                                    + " or mean to serve the model without it");
            }
        }
        return pooling;
    }

    /// Within the directory: what lies elsewhere is no part of the model.
    private static Path config(Path modules, JsonNode module) {
        String folder = module.path("path").asText();
        try {
            Path config = modules.resolveSibling(folder).resolve("config.json");
            if (config.normalize().startsWith(modules.resolveSibling("").normalize())) {
                return config;
            }
        } catch (InvalidPathException e) {
            LOG.debug("a module has no folder", e);
        }
        throw new ModelLoadException(modules, "names '" + folder + "', which is no folder beside it");
    }

    private static JsonNode list(Path modules) {
        JsonNode list = Json.node(modules);
        if (!list.isArray()) {
            throw new ModelLoadException(modules, "is not a JSON list");
        }
        return list;
    }

    private static Pooling mode(Json config) {
        List<String> modes = config.node()
                .propertyStream()
                .map(Map.Entry::getKey)
                .filter(field -> field.startsWith(MODE) && config.flag(field, false))
                .toList();
        Pooling pooling = modes.size() == 1 ? MODES.get(modes.getFirst()) : null;
        if (pooling == null) {
            throw config.refuse("asks for " + (modes.isEmpty() ? "no pooling" : String.join(" and ", modes))
                    + ", but this engine takes the last token or the mean; set autoglm.embedding.pooling to last or"
                    + " mean");
        }
        return pooling;
    }
}
