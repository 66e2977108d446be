package io.autoglm.inference.engine;

import ai.djl.Model;
import io.autoglm.inference.model.ModelFiles;

/// What a DJL model of our engines offers beside DJL's own interface: the stateful steps that continuous batching
/// needs, and that a `Predictor`, being a function of its input, cannot express.
public interface DecoderModel extends Model {

    /// Option of [Model#load]: opened [io.autoglm.inference.model.ModelFiles], so that they are not opened
    /// twice.
    String DIRECTORY = "directory";

    /// Option of [Model#load]: an [EngineConfig]; without it [EngineConfig#DEFAULTS] hold.
    String CONFIG = "config";

    /// What [#load] would take of the memory; loads nothing.
    ///
    /// @param mostBytes that it may take
    /// @throws NoMemoryException if that is too little
    /// @throws io.autoglm.inference.model.ModelLoadException if it could not be loaded with more either
    MemoryPlan plan(ModelFiles files, EngineConfig config, long mostBytes);

    /// The decoder of the loaded model; the same for every call, closed with the model.
    Decoder decoder();

    /// Numbers in the loaded matrices.
    long parameters();

    /// The format that the loaded weights are in, never [WeightFormat#AUTO].
    WeightFormat weights();
}
