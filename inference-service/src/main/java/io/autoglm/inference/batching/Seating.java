package io.autoglm.inference.batching;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who sits where: the slot for a prompt, and how much of what is already in the KV cache serves it.
///
/// The longest common prefix of the prompt with the tokens of *any* slot, free or running, is reused: in place where
/// the prompt continues most of what a free slot holds, else by a copy (a copy of 512 tokens takes 1 ms where their
/// prefill takes 2 s, at 0.5B parameters). The last token of the prompt is always computed, since its logits are
/// needed; of a text whose hidden states are all needed, every token.
///
/// A prompt that shares more with one that is *being read* than with anything ready waits until the shared part
/// has been read: prompts are read one after the other anyway, and so the `n` answers of one request read
/// theirs once. But it waits for none less urgent than itself, which others may keep from being read.
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
        private final @Nullable Urgency reader;
        private final boolean free;
        private final long lastUse;

        /// Free, or writing an answer.
        ///
        /// @param tokens  row by row; the array may be longer
        /// @param valid   rows that are computed
        /// @param free    nobody's
        /// @param lastUse grows with each use
        Held(int[] tokens, int valid, boolean free, long lastUse) {
            this(tokens, valid, valid, null, free, lastUse);
        }

        /// A prompt that is being read.
        ///
        /// @param known  tokens that will be there when it has been
        /// @param reader how urgent it is
        Held(int[] tokens, int valid, int known, Urgency reader) {
            this(tokens, valid, known, reader, false, Long.MAX_VALUE);
        }

        private Held(int[] tokens, int valid, int known, @Nullable Urgency reader, boolean free, long lastUse) {
            this.tokens = tokens;
            this.valid = valid;
            this.known = known;
            this.reader = reader;
            this.free = free;
            this.lastUse = lastUse;
        }

        /// Whether all that is known of it will be there before a prompt of that urgency could be read.
        private boolean goesBefore(Urgency urgency) {
            return reader != null && reader.compareTo(urgency) <= 0;
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

    /// @param usable  of the prompt's first tokens, how many may be reused
    /// @param urgency of the prompt
    static Seating of(int[] prompt, int usable, Urgency urgency, List<Held> slots) {
        int source = -1;
        int ready = 0;
        int soon = 0;
        int continued = -1;
        int oldest = -1;
        for (int slot = 0; slot < slots.size(); slot++) {
            Held held = slots.get(slot);
            int common = Math.min(usable, common(prompt, held));
            int here = Math.min(common, held.valid);
            soon = Math.max(soon, held.goesBefore(urgency) ? common : here);
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
