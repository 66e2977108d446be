package io.autoglm.inference.batching;

import org.jspecify.annotations.Nullable;

/// One sequence's worth of the KV cache, as the batch loop keeps its books: which token each row stands for, how many
/// rows are computed, and who uses it. Only the loop's thread touches it.
final class Slot {

    private final int[] tokens;
    private int valid;
    private long lastUse;
    private @Nullable Sequence sequence;

    Slot(int maxTokens) {
        tokens = new int[maxTokens];
    }

    @Nullable
    Sequence sequence() {
        return sequence;
    }

    int valid() {
        return valid;
    }

    long lastUse() {
        return lastUse;
    }

    int[] tokens() {
        return tokens;
    }

    /// Rows `[0, reuse)` are there; the rest of the prompt is written down as what is to be read.
    void seat(Sequence sequence, int reuse, long use) {
        int[] prompt = sequence.prompt();
        System.arraycopy(prompt, 0, tokens, 0, prompt.length);
        valid = reuse;
        lastUse = use;
        this.sequence = sequence;
        sequence.sitsIn(this);
    }

    /// The rows stay valid and wait for a prompt that begins like them.
    void free(long use) {
        sequence = null;
        lastUse = use;
    }

    /// Takes over rows and sequence of another slot, whose rows stay valid too.
    void takeOver(Slot other, long use) {
        Sequence moved = other.sequence;
        System.arraycopy(other.tokens, 0, tokens, 0, other.valid);
        valid = other.valid;
        lastUse = use;
        sequence = moved;
        if (moved != null) {
            moved.sitsIn(this);
        }
        other.free(use);
    }

    /// Row `valid` now stands for `token`.
    void computed(int token) {
        tokens[valid++] = token;
    }

    void prefilled(int to) {
        valid = to;
    }

    /// Keeps a row free for the idle token that a decode run over this slot writes.
    int idleRow() {
        valid = Math.min(valid, tokens.length - 1);
        return valid;
    }

    /// Its rows served another slot.
    void touched(long use) {
        lastUse = use;
    }

    void forget() {
        valid = 0;
    }

    SlotView view(long nowNanos) {
        if (sequence == null) {
            return new SlotView.Free(valid);
        }
        int promptTokens = sequence.prompt().length;
        return sequence.prefilled()
                ? new SlotView.Decoding(valid, sequence.remaining())
                : new SlotView.Prefilling(valid, promptTokens, sequence.work().urgency(nowNanos));
    }

    Seating.Held held(long nowNanos) {
        Sequence current = sequence;
        if (current == null || current.prefilled()) {
            return new Seating.Held(tokens, valid, current == null, lastUse);
        }
        return new Seating.Held(
                tokens, valid, current.prompt().length, current.work().urgency(nowNanos));
    }
}
