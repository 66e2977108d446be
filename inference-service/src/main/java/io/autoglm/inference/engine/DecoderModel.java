package io.autoglm.inference.engine;

import ai.djl.Model;
import io.autoglm.inference.model.ModelDirectory;

/// What a DJL model of our engines offers beside DJL's own interface: the stateful steps that continuous batching
/// needs, and that a `Predictor`, being a function of its input, cannot express.
public interface DecoderModel extends Model {

    /// Option of [Model#load]: an opened [io.autoglm.inference.model.ModelDirectory], so that it is not opened twice.
    String DIRECTORY = "directory";

    /// Option of [Model#load]: an [EngineConfig]; without it [EngineConfig#DEFAULTS] hold.
    String CONFIG = "config";

    /// What [#load] would take of the memory; loads nothing.
    ///
    /// @param mostBytes that it may take
    /// @throws NoMemoryException if that is too little
    /// @throws io.autoglm.inference.model.ModelLoadException if it could not be loaded with more either
    MemoryPlan plan(ModelDirectory directory, EngineConfig config, long mostBytes);

    /// The decoder of the loaded model; the same for every call, closed with the model.
    Decoder decoder();

    /// The format that the loaded weights are in, never [WeightFormat#AUTO].
    WeightFormat weights();
}
