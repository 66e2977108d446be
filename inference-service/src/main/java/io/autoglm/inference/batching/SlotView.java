package io.autoglm.inference.batching;

/// What {@link BatchPlan} needs to know of a slot. `valid` counts the KV rows from 0 that hold what they should.
sealed interface SlotView {

    int valid();

    /// Nobody's; its rows are kept for reuse.
    record Free(int valid) implements SlotView {}

    /// A prompt is being read: rows `[0, valid)` of `promptTokens` are done.
    record Prefilling(int valid, int promptTokens, Urgency urgency) implements SlotView {
        public Prefilling {
            if (valid >= promptTokens) {
                throw new IllegalArgumentException("prefilling: " + valid + " of " + promptTokens + " tokens are done");
            }
        }
    }

    /// An answer is being written.
    ///
    /// @param remaining tokens it may still get
    record Decoding(int valid, int remaining) implements SlotView {}
}
