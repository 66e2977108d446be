package io.autoglm.inference.batching;

import java.time.Duration;

/// The bounds of a batch loop.
///
/// @param queue            requests that may wait for a slot
/// @param prefillChunk     prompt tokens in one step, at most
/// @param interTokenBudget what a step should take at most while answers are running; the prefill chunk shrinks for it
/// @param lastStep         how long closing waits for the step that is under way
public record BatchLimits(int queue, int prefillChunk, Duration interTokenBudget, Duration lastStep) {
    public BatchLimits {
        if (queue < 1) {
            throw new IllegalArgumentException("autoglm.batching.queue: must be at least 1, is " + queue);
        }
        if (prefillChunk < 1) {
            throw new IllegalArgumentException(
                    "autoglm.batching.prefill-chunk: must be at least 1, is " + prefillChunk);
        }
        if (interTokenBudget.isNegative()) {
            throw new IllegalArgumentException(
                    "autoglm.batching.inter-token-budget: must not be negative, is " + interTokenBudget);
        }
        if (lastStep.isNegative()) {
            throw new IllegalArgumentException("lastStep: must not be negative, is " + lastStep);
        }
    }
}
