package io.autoglm.inference.repository;

import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.ServingModel;
import java.util.Optional;

/// A version of a model at one moment.
///
/// @param slots       sequences at once
/// @param maxTokens   of a sequence
/// @param memoryBytes as planned, weights and KV cache
/// @param uses        requests that began on it and are not over
/// @param kept        the next process would serve it too
/// @param model       while it is in memory
public record VersionView(
        ModelSpec spec,
        String digest,
        Stage stage,
        int slots,
        int maxTokens,
        long memoryBytes,
        int uses,
        boolean kept,
        Optional<ServingModel> model) {}
