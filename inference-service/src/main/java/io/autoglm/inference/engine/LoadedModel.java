package io.autoglm.inference.engine;

import io.autoglm.inference.model.ModelDirectory;

/// A model in memory, ready for the first step.
public final class LoadedModel implements AutoCloseable {

    private final ModelDirectory directory;
    private final Decoder decoder;
    private final String engine;
    private final WeightFormat weights;

    LoadedModel(ModelDirectory directory, Decoder decoder, String engine, WeightFormat weights) {
        this.directory = directory;
        this.decoder = decoder;
        this.engine = engine;
        this.weights = weights;
    }

    /// Loads the model; takes seconds to minutes, and blocks.
    ///
    /// @throws io.autoglm.inference.model.ModelLoadException if it cannot be served, in one line that says why
    public static LoadedModel open(ModelDirectory directory, EngineConfig config) {
        throw new UnsupportedOperationException("being written");
    }

    public ModelDirectory directory() {
        return directory;
    }

    /// For the batch loop's one thread only.
    public Decoder decoder() {
        return decoder;
    }

    /// The engine that was chosen: `cpu` or `TensorRT`.
    public String engine() {
        return engine;
    }

    /// The format that was chosen, never [WeightFormat#AUTO].
    public WeightFormat weights() {
        return weights;
    }

    /// Frees the weights and the KV cache; the decoder must not be in use.
    @Override
    public void close() {
        decoder.close();
    }
}
