package io.autoglm.inference.grammar;

import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import java.util.Arrays;

/// Keeps one answer to a grammar. Every byte has a token of its own, so an answer that needs n more bytes can be
/// ended with n more tokens; tokens that would leave too few are not allowed.
final class GrammarConstraint implements TokenConstraint {

    private final Grammar grammar;
    private final TokenTrie trie;
    private final TokenBytes tokens;
    private final int[] endTokens;
    private Grammar.State state;
    private boolean ended;

    GrammarConstraint(Grammar grammar, TokenTrie trie, TokenBytes tokens, int[] endTokens) {
        this.grammar = grammar;
        this.trie = trie;
        this.tokens = tokens;
        this.endTokens = endTokens;
        this.state = grammar.start();
    }

    @Override
    public void allow(long[] mask, int remaining) {
        Arrays.fill(mask, 0);
        if (!ended && state.open()) {
            int rest = remaining - 2;
            Grammar.Mask allowed = grammar.mask(state, trie);
            if (allowed.longestRest > rest && state.shortest <= rest + 1) {
                allowed = grammar.mask(state, trie, rest);
            }
            System.arraycopy(allowed.words, 0, mask, 0, Math.min(mask.length, allowed.words.length));
        }
        if (ended || state.complete()) {
            for (int end : endTokens) {
                mask[end >> 6] |= 1L << end;
            }
        }
    }

    @Override
    public void accept(int token) {
        if (ended) {
            return;
        }
        for (int end : endTokens) {
            if (end == token) {
                ended = true;
                return;
            }
        }
        Grammar.State next = grammar.advance(state, tokens.bytes(token));
        if (next == null) {
            throw new IllegalArgumentException("token " + token + " does not belong to the answer's form");
        }
        state = next;
    }
}
