package io.autoglm.inference.model;

import java.nio.file.Files;
import java.nio.file.Path;

/// A directory that has been opened and can be served: a checkpoint of which a graph is made here, or a graph
/// that was exported elsewhere.
public sealed interface ModelFiles permits ModelDirectory, GenaiDirectory {

    /// A directory with `genai_config.json` is an export, whatever else lies in it.
    ///
    /// @throws ModelLoadException if anything in it is missing, truncated, contradictory or unknown
    static ModelFiles open(Path path) {
        return Files.isRegularFile(path.resolve(GenaiDirectory.CONFIG))
                ? GenaiDirectory.open(path)
                : ModelDirectory.open(path);
    }

    Path path();

    /// The last part of the path.
    default String name() {
        return String.valueOf(path().toAbsolutePath().normalize().getFileName());
    }

    DecoderSizes sizes();

    GenerationDefaults generation();

    /// 12 hex digits that change when any file of the model does. Files above 64 MiB are known by their
    /// names, sizes and 16 MiB of samples spread over them: what tells any two trainings apart, but not a few
    /// bytes that were patched by hand.
    String digest();
}
