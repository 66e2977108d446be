package io.autoglm.inference.cpu;

import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.NoMemoryException;
import io.autoglm.inference.model.DecoderSizes;
import io.autoglm.inference.model.ModelLoadException;
import java.util.Locale;

/// How large a KV cache is, settled before anything is allocated.
record CachePlan(int slots, int maxTokens) {

    /// Below this a chat is not worth serving.
    private static final int FEWEST_TOKENS = 256;

    long bytes(long bytesPerToken) {
        return (long) slots * maxTokens * bytesPerToken;
    }

    /// What is asked for; or, where that is left open, what the model was made for, but no more than half of the
    /// memory.
    ///
    /// @param freeBytes what the machine has left once the weights are loaded
    /// @throws NoMemoryException if it does not fit, with the figures
    /// @throws ModelLoadException if it cannot be, whatever the memory
    static CachePlan of(EngineConfig asked, DecoderSizes model, long freeBytes) {
        long tokenBytes = model.kvNumbersPerToken() * asked.kvFormat().bytes();
        long slotBytes = asked.allSlots() * tokenBytes;
        long largestBlockTokens = Integer.MAX_VALUE / (slotBytes / model.layers() / 2);
        if (asked.maxTokens() == 0) {
            long fits = Math.min(largestBlockTokens, Math.max(freeBytes, 0) / 2 / slotBytes);
            int maxTokens = (int) Math.min(model.maxPositions(), fits);
            int fewest = Math.min(FEWEST_TOKENS, model.maxPositions());
            if (maxTokens < fewest) {
                throw new NoMemoryException(
                        "autoglm.batching.slots",
                        "the KV cache takes " + size(slotBytes * FEWEST_TOKENS) + " for " + asked.allSlots()
                                + " slots of "
                                + FEWEST_TOKENS + " tokens, more than half of the " + size(freeBytes)
                                + " that are free beside the weights; lower the slots",
                        2 * slotBytes * fewest);
            }
            return new CachePlan(asked.allSlots(), maxTokens);
        }
        CachePlan plan = new CachePlan(asked.allSlots(), asked.maxTokens());
        String setting = "autoglm.batching.max-tokens";
        if (asked.maxTokens() > model.maxPositions()) {
            throw new ModelLoadException(
                    setting,
                    asked.maxTokens() + " is more than the " + model.maxPositions() + " the model was made for");
        }
        if (asked.maxTokens() > largestBlockTokens) {
            throw new ModelLoadException(
                    setting,
                    "the keys of one layer may take 2 GiB on this engine, which is " + largestBlockTokens
                            + " tokens in each of " + asked.allSlots() + " slots");
        }
        if (plan.bytes(tokenBytes) > freeBytes) {
            throw new NoMemoryException(
                    setting,
                    "the KV cache of " + asked.allSlots() + " slots of " + asked.maxTokens() + " tokens takes "
                            + size(plan.bytes(tokenBytes)) + ", but only " + size(freeBytes)
                            + " are free beside the weights; lower it, or autoglm.batching.slots",
                    plan.bytes(tokenBytes));
        }
        return plan;
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", Math.max(bytes, 0) / 1e9);
    }
}
