package io.autoglm.inference.batching;

import java.util.Arrays;
import java.util.List;

/// Who sits where: the slot for a prompt, and how much of what is already in the KV cache serves it.
///
/// The longest common prefix of the prompt with the tokens of *any* slot, free or running, is reused: in place where
/// the prompt continues most of what a free slot holds, else by a copy (a copy of 512 tokens takes 1 ms where their
/// prefill takes 2 s, at 0.5B parameters). The last token of the prompt is always computed, since its logits are
/// needed.
///
/// A prompt that shares more with one that is *being read* than with anything ready waits until the shared part
/// has been read: prompts are read one after the other anyway, and so the `n` answers of one request read
/// theirs once.
sealed interface Seating {

    /// @param slot   a free slot
    /// @param from   the slot whose first `reuse` rows serve the prompt; `slot` itself when they are there already
    /// @param reuse  rows that need not be computed
    record Seat(int slot, int from, int reuse) implements Seating {}

    /// No slot is free.
    record Full() implements Seating {}

    /// A prompt that is being read will soon have more of this one.
    record Later() implements Seating {}

    /// What a slot holds. Not a record, since those must not share arrays; this one lives no longer than a look at it.
    final class Held {

        private final int[] tokens;
        private final int valid;
        private final int known;
        private final boolean free;
        private final long lastUse;

        /// @param tokens  row by row; the array may be longer
        /// @param valid   rows that are computed
        /// @param known   tokens that will be there when its prompt has been read; else `valid`
        /// @param free    nobody's
        /// @param lastUse grows with each use
        Held(int[] tokens, int valid, int known, boolean free, long lastUse) {
            this.tokens = tokens;
            this.valid = valid;
            this.known = known;
            this.free = free;
            this.lastUse = lastUse;
        }

        int[] tokens() {
            return tokens;
        }

        int valid() {
            return valid;
        }

        boolean free() {
            return free;
        }
    }

    static Seating of(int[] prompt, List<Held> slots) {
        int usable = prompt.length - 1;
        int source = -1;
        int ready = 0;
        int soon = 0;
        int continued = -1;
        int oldest = -1;
        for (int slot = 0; slot < slots.size(); slot++) {
            Held held = slots.get(slot);
            int common = Math.min(usable, common(prompt, held));
            int here = Math.min(common, held.valid);
            soon = Math.max(soon, common);
            if (here > ready) {
                ready = here;
                source = slot;
            }
            if (held.free) {
                oldest = oldest < 0 || olderThan(held, slots.get(oldest)) ? slot : oldest;
                if (continues(here, held) && (continued < 0 || here > matched(prompt, slots.get(continued)))) {
                    continued = slot;
                }
            }
        }
        if (oldest < 0) {
            return new Full();
        }
        if (soon > ready) {
            return new Later();
        }
        if (continued >= 0 && Math.min(usable, matched(prompt, slots.get(continued))) == ready) {
            return new Seat(continued, continued, ready);
        }
        return ready == 0 ? new Seat(oldest, oldest, 0) : new Seat(oldest, source, ready);
    }

    /// The prompt goes on where most of what the slot holds ends, so that little is lost by overwriting the rest.
    private static boolean continues(int here, Held held) {
        return here > 0 && 2 * here >= held.valid;
    }

    private static boolean olderThan(Held held, Held other) {
        return held.lastUse < other.lastUse;
    }

    private static int matched(int[] prompt, Held held) {
        return Math.min(common(prompt, held), held.valid);
    }

    private static int common(int[] prompt, Held held) {
        int known = Math.min(held.known, held.tokens.length);
        int mismatch = Arrays.mismatch(prompt, 0, prompt.length, held.tokens, 0, known);
        return mismatch < 0 ? Math.min(prompt.length, known) : mismatch;
    }
}
