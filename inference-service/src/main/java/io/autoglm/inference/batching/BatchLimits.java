package io.autoglm.inference.batching;

import io.autoglm.inference.engine.Decoder;
import java.time.Duration;

/// The bounds of a batch loop.
///
/// @param queue            requests that may wait for a slot
/// @param prefillChunk     prompt tokens in one step, at most
/// @param interTokenBudget what a step should take at most while answers are running; the prefill chunk shrinks for it
/// @param lastStep         how long closing waits for the step that is under way
/// @param spareSlots       of the decoder's, for the rows of paused sequences
/// @param draftTokens      that are guessed and checked in one step at most; 0 for none
public record BatchLimits(
        int queue, int prefillChunk, Duration interTokenBudget, Duration lastStep, int spareSlots, int draftTokens) {

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
        if (draftTokens < 0 || draftTokens > Decoder.MOST_DRAFT_TOKENS) {
            throw new IllegalArgumentException(
                    "autoglm.batching.draft-tokens: " + draftTokens + " is not within 0.." + Decoder.MOST_DRAFT_TOKENS);
        }
    }
}
