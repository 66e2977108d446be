package io.autoglm.inference.model;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A Hugging Face model directory that has been opened: its configuration is understood, its weights are mapped and
/// complete. Immutable; the mapping lives as long as this object or one of its tensors is reachable.
public final class ModelDirectory {

    private static final List<String> TEXT_FILES = List.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "chat_template.json",
            EmbeddingModules.MODULES,
            EmbeddingModules.POOLING_CONFIG);

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
        ConfigReader reader = new ConfigReader(Json.read(path.resolve("config.json")));
        DecoderConfig config = reader.decoder();
        GenerationDefaults generation = reader.generation(generationConfig(path.resolve("generation_config.json")));
        Weights weights = Weights.open(path, reader.quantization());
        List<Path> files = new ArrayList<>(weights.files());
        TEXT_FILES.stream().map(path::resolve).filter(Files::isRegularFile).forEach(files::add);
        return new ModelDirectory(path, config, generation, weights, Digest.of(files));
    }

    private static Json generationConfig(Path file) {
        return Files.exists(file) ? Json.read(file) : Json.parse(file, "{}".getBytes(StandardCharsets.UTF_8));
    }

    public Path path() {
        return path;
    }

    /// The last part of the path.
    public String name() {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    public DecoderConfig config() {
        return config;
    }

    public GenerationDefaults generation() {
        return generation;
    }

    public Weights weights() {
        return weights;
    }

    /// 12 hex digits that change when any file of the model does. Files above 64 MiB are known by their
    /// names, sizes and 16 MiB of samples spread over them: what tells any two trainings apart, but not a few
    /// bytes that were patched by hand.
    public String digest() {
        return digest;
    }
}
