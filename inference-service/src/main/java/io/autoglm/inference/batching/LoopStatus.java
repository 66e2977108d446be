package io.autoglm.inference.batching;

import org.jspecify.annotations.Nullable;

/// What the batch loop says of itself.
///
/// @param running         sequences in a slot
/// @param queued          requests waiting for a slot
/// @param kvUsage         part of the KV cache that running sequences use, 0…1
/// @param steps           engine steps since start
/// @param generatedTokens since start
/// @param failure         why the instance cannot answer: steps fail one after the other, or the loop's
///                        thread has ended; null while it can, whatever became of single requests
/// @param stepMillis      how long the present step has been going on; 0 between steps
public record LoopStatus(
        int slots,
        int running,
        int queued,
        double kvUsage,
        long steps,
        long generatedTokens,
        @Nullable String failure,
        long stepMillis) {}
