package io.autoglm.inference.sampling;

import java.util.Arrays;

/// The tokens of an answer so far, where its [TokenRules] go by them; or else only how many there are.
final class WrittenTokens {

    private final TokenRules rules;
    private int[] tokens = {};
    private int written;

    WrittenTokens(TokenRules rules) {
        this.rules = rules;
    }

    void add(int token) {
        if (rules.remember()) {
            if (written == tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(16, 2 * written));
            }
            tokens[written] = token;
        }
        written++;
    }

    /// Tokens that must not follow.
    int[] forbidden() {
        return rules.forbidden(tokens, written);
    }
}
