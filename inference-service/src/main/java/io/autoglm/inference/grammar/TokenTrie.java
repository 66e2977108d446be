package io.autoglm.inference.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tokens by their bytes, so that those with the same beginning are tried against a grammar together.
final class TokenTrie {

    /// Tokens in the order of their bytes; those of one node's subtree stand together.
    private final int[] tokens;

    private final byte[][] bytes;
    private final int longest;

    /// A token of the vocabulary, and its bytes, not to be changed.
    static final class Token {

        private final int id;
        private final byte[] bytes;

        Token(int id, byte[] bytes) {
            this.id = id;
            this.bytes = bytes;
        }
    }

    TokenTrie(List<Token> vocabulary) {
        List<Token> sorted = vocabulary.stream()
                .sorted(Comparator.comparing(token -> token.bytes, Arrays::compareUnsigned))
                .toList();
        this.tokens = sorted.stream().mapToInt(token -> token.id).toArray();
        this.bytes = sorted.stream().map(token -> token.bytes).toArray(byte[][]::new);
        this.longest =
                sorted.stream().mapToInt(token -> token.bytes.length).max().orElse(0);
    }

    /// Bytes of the longest token.
    int longest() {
        return longest;
    }

    /// A token of just these bytes.
    ///
    /// @return -1 if there is none
    int token(byte[] exactly) {
        int at = Arrays.binarySearch(bytes, exactly, Arrays::compareUnsigned);
        return at < 0 ? -1 : tokens[at];
    }

    /// Whether each byte of `text` has a token of its own.
    boolean spells(ByteSet text) {
        for (int value = 0; value < 256; value++) {
            if (text.has(value) && token(new byte[] {(byte) value}) < 0) {
                return false;
            }
        }
        return true;
    }

    /// The tokens that `state` allows.
    Mask allowed(Grammar grammar, State state) {
        Walk walk = new Walk(grammar);
        walk.from(state, 0, tokens.length, 0);
        return walk.mask.build();
    }

    private final class Walk {

        private final Grammar grammar;
        private final Mask.Builder mask = new Mask.Builder();

        Walk(Grammar grammar) {
            this.grammar = grammar;
        }

        /// Tokens `[from, to)` have their first `depth` bytes in common, which led to `state`.
        void from(State state, int from, int to, int depth) {
            int at = from;
            while (at < to && bytes[at].length == depth) {
                mask.add(tokens[at++], state.shortest);
            }
            while (at < to) {
                byte value = bytes[at][depth];
                int end = endOf(value, at, to, depth);
                @Nullable State next = grammar.next(state, value & 0xff);
                if (next != null) {
                    from(next, at, end, depth + 1);
                }
                at = end;
            }
        }

        /// Behind the tokens from `at` on that have `value` at `depth`: by strides that double, then by halves.
        private int endOf(byte value, int at, int to, int depth) {
            int stride = 1;
            while (at + stride < to && bytes[at + stride][depth] == value) {
                stride *= 2;
            }
            int in = at + stride / 2;
            int out = Math.min(to, at + stride);
            while (in + 1 < out) {
                int middle = (in + out) >>> 1;
                if (bytes[middle][depth] == value) {
                    in = middle;
                } else {
                    out = middle;
                }
            }
            return out;
        }
    }
}
