package io.autoglm.inference.grammar;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Tokens, by the bytes that are needed to the answer's end after them. Immutable.
final class Mask {

    private final Part[] parts;

    private Mask(Part[] parts) {
        this.parts = parts;
    }

    /// Sets the bits of the tokens after which `limit` bytes are enough.
    void write(int limit, long[] target) {
        for (int i = 0; i < parts.length && parts[i].need <= limit; i++) {
            parts[i].write(target);
        }
    }

    /// What this takes in memory, roughly.
    long bytes() {
        long bytes = 16 + 4L * parts.length;
        for (Part part : parts) {
            bytes += 64 + 4L * part.tokens.length + 8L * part.words.length;
        }
        return bytes;
    }

    /// The tokens of one need: a list of few, a bit set of many (19 kB for a vocabulary of 152k).
    private static final class Part {

        private static final int[] LISTED_NOT = {};
        private static final long[] NO_SET = {};

        final int need;
        final int[] tokens;
        final long[] words;

        Part(int need, int[] tokens) {
            this.need = need;
            int most = 0;
            for (int token : tokens) {
                most = Math.max(most, token);
            }
            int length = (most >> 6) + 1;
            if (tokens.length <= 2 * length) {
                this.tokens = tokens;
                this.words = NO_SET;
            } else {
                this.tokens = LISTED_NOT;
                this.words = new long[length];
                set(tokens, words);
            }
        }

        void write(long[] target) {
            set(tokens, target);
            int length = Math.min(target.length, words.length);
            for (int i = 0; i < length; i++) {
                target[i] |= words[i];
            }
        }

        /// Tokens that a narrower `target` has no place for are none that the engine can choose.
        private static void set(int[] tokens, long[] target) {
            for (int token : tokens) {
                if (token >> 6 < target.length) {
                    target[token >> 6] |= 1L << token;
                }
            }
        }
    }

    static final class Builder {

        private static final class Tokens {

            int[] ids = new int[4];
            int count;

            void add(int token) {
                if (count == ids.length) {
                    ids = Arrays.copyOf(ids, 2 * count);
                }
                ids[count++] = token;
            }
        }

        private final Map<Integer, Tokens> byNeed = new TreeMap<>();
        private @Nullable Tokens last;
        private int lastNeed;

        void add(int token, int need) {
            Tokens tokens = last;
            if (tokens == null || lastNeed != need) {
                tokens = byNeed.computeIfAbsent(need, first -> new Tokens());
                last = tokens;
                lastNeed = need;
            }
            tokens.add(token);
        }

        Mask build() {
            return new Mask(byNeed.entrySet().stream()
                    .map(e -> new Part(e.getKey(), Arrays.copyOf(e.getValue().ids, e.getValue().count)))
                    .toArray(Part[]::new));
        }
    }
}
