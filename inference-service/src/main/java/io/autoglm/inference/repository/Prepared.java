package io.autoglm.inference.repository;

import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.model.ModelFiles;

/// What is known of a version before its weights are read.
///
/// @param files  opened, and found complete
/// @param engine with the tokens of a sequence settled
record Prepared(ModelFiles files, EngineConfig engine) {}
