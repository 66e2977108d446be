package io.autoglm.inference.repository;

import io.autoglm.inference.RequestRoom;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.batching.BatchingConfig;
import io.autoglm.inference.batching.ModelMeters;

/// What the models of a service share.
record Settings(
        ServingConfig config, ModelsConfig models, BatchingConfig batching, ModelMeters meters, RequestRoom room) {}
