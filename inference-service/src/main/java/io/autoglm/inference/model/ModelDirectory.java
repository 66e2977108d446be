package io.autoglm.inference.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A Hugging Face model directory that has been opened: its configuration is understood, its weights are mapped and
/// complete. Immutable; the mapping lives as long as this object or one of its tensors is reachable.
public final class ModelDirectory implements ModelFiles {

    private static final List<String> TEXT_FILES = List.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "chat_template.json",
            EmbeddingModules.MODULES);

    private final Path path;
    private final DecoderConfig config;
    private final GenerationDefaults generation;
    private final Weights weights;
    private final String digest;

    private ModelDirectory(
            Path path, DecoderConfig config, GenerationDefaults generation, Weights weights, String digest) {
        this.path = path;
        this.config = config;
        this.generation = generation;
        this.weights = weights;
        this.digest = digest;
    }

    /// @throws ModelLoadException if anything in it is missing, truncated, contradictory or unknown
    public static ModelDirectory open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new ModelLoadException(path, Files.exists(path) ? "is not a directory" : "no such directory");
        }
        Json json = Json.read(path.resolve("config.json"));
        ConfigReader reader = new ConfigReader(json);
        DecoderConfig config = reader.decoder();
        config.sizes().checked(json);
        GenerationDefaults generation =
                GenerationReader.read(generationConfig(path.resolve("generation_config.json")), json);
        Weights weights = Weights.open(path, reader.quantization());
        List<Path> files = new ArrayList<>(weights.files());
        files.addAll(textFiles(path));
        return new ModelDirectory(path, config, generation, weights, Digest.of(files));
    }

    /// Those that there are of the files that say how the model is spoken to.
    static List<Path> textFiles(Path path) {
        return Stream.concat(TEXT_FILES.stream().map(path::resolve), EmbeddingModules.configs(path).stream())
                .filter(Files::isRegularFile)
                .toList();
    }

    private static Json generationConfig(Path file) {
        return Files.exists(file) ? Json.read(file) : Json.empty(file);
    }

    @Override
    public Path path() {
        return path;
    }

    public DecoderConfig config() {
        return config;
    }

    @Override
    public DecoderSizes sizes() {
        return config.sizes();
    }

    @Override
    public GenerationDefaults generation() {
        return generation;
    }

    public Weights weights() {
        return weights;
    }

    @Override
    public String digest() {
        return digest;
    }
}
