package io.autoglm.inference.grammar;

import io.autoglm.inference.text.TokenBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The vocabulary by its bytes, so that tokens with the same beginning are tried against a grammar together.
/// Control tokens and the marks of calls and reasoning are not in it.
final class TokenTrie {

    /// Tokens in the order of their bytes; those of one node's subtree stand together.
    private final int[] tokens;

    private final byte[][] bytes;
    private final int words;

    TokenTrie(TokenBytes vocabulary) {
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.bytes(id).length > 0 && !vocabulary.isControl(id)) {
                ids.add(id);
            }
        }
        ids.sort(Comparator.comparing(vocabulary::bytes, Arrays::compareUnsigned));
        this.tokens = ids.stream().mapToInt(Integer::intValue).toArray();
        this.bytes = ids.stream().map(vocabulary::bytes).toArray(byte[][]::new);
        this.words = (vocabulary.size() + 63) / 64;
    }

    /// Words of a mask over this vocabulary.
    int words() {
        return words;
    }

    /// Whether a byte has a token of its own, for all of `ascii`.
    boolean spells(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            byte[] one = {(byte) ascii.charAt(i)};
            if (Arrays.binarySearch(bytes, one, Arrays::compareUnsigned) < 0) {
                return false;
            }
        }
        return true;
    }

    /// The tokens that lead from `state` to one that needs at most `rest` bytes to the end.
    Grammar.Mask allowed(Grammar grammar, Grammar.State state, int rest) {
        Walk walk = new Walk(grammar, rest);
        walk.from(state, 0, tokens.length, 0);
        return new Grammar.Mask(walk.mask, walk.longestRest);
    }

    private final class Walk {

        private final Grammar grammar;
        private final int rest;
        private final long[] mask = new long[words];
        private int longestRest;

        Walk(Grammar grammar, int rest) {
            this.grammar = grammar;
            this.rest = rest;
        }

        /// Tokens `[from, to)` have their first `depth` bytes in common, which led to `state`.
        void from(Grammar.State state, int from, int to, int depth) {
            int at = from;
            while (at < to && bytes[at].length == depth) {
                allow(tokens[at++], state);
            }
            while (at < to) {
                byte value = bytes[at][depth];
                int end = at + 1;
                while (end < to && bytes[end][depth] == value) {
                    end++;
                }
                Grammar.@Nullable State next = grammar.next(state, value & 0xff);
                if (next != null) {
                    from(next, at, end, depth + 1);
                }
                at = end;
            }
        }

        private void allow(int token, Grammar.State reached) {
            if (reached.shortest <= rest) {
                mask[token >> 6] |= 1L << token;
                longestRest = Math.max(longestRest, reached.shortest);
            }
        }
    }
}
