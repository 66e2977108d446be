package io.autoglm.inference.engine;

/// What a model will take, known before its weights are read.
///
/// @param weightBytes of all copies that the engine makes of them
/// @param kvBytes     of the whole KV cache
/// @param maxTokens   of one sequence: what was asked for, or was chosen where that was left open
public record MemoryPlan(long weightBytes, long kvBytes, int maxTokens) {

    public long bytes() {
        return Math.addExact(weightBytes, kvBytes);
    }
}
