package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.sampling.TokenRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// vLLM's `allowed_token_ids` and `bad_words`.
///
/// @param tokens the only ones that may come; empty for all
/// @param bad    words that an answer must not contain
record AllowedWords(List<Integer> tokens, List<String> bad) {

    private static final int MOST_TOKENS = 1 << 19;
    private static final int MOST_BAD = 1024;
    private static final int LONGEST_CHARS = 1024;

    static AllowedWords read(Fields request) {
        List<Integer> tokens = request.integers("allowed_token_ids", MOST_TOKENS);
        if (request.has("allowed_token_ids") && tokens.isEmpty()) {
            throw request.wrong("allowed_token_ids", "must hold at least one token id");
        }
        List<String> bad = request.texts("bad_words", MOST_BAD);
        for (String word : bad) {
            if (word.isBlank() || word.length() > LONGEST_CHARS) {
                throw request.wrong("bad_words", "must hold words of 1 to " + LONGEST_CHARS + " characters");
            }
        }
        return new AllowedWords(tokens, bad);
    }

    /// @param endTokens of an answer, which has at least `minTokens` others
    TokenRules rules(ServingModel model, int minTokens, Set<Integer> endTokens) {
        if (tokens.isEmpty() && bad.isEmpty() && minTokens == 0) {
            return TokenRules.NONE;
        }
        List<int[]> sequences = new ArrayList<>();
        bad.forEach(word -> add(model, word.strip(), sequences));
        return new TokenRules(
                minTokens,
                endTokens,
                tokens.isEmpty() ? null : tokens,
                sequences,
                model.workspace().vocabulary());
    }

    /// A word at the beginning of a text and, where that is written in another token, behind a space: vLLM's
    /// rule, by which a word that takes more tokens behind a space is only excluded at the beginning.
    private static void add(ServingModel model, String word, List<int[]> sequences) {
        int[] first = model.tokenizer().encode(word, false);
        if (first.length == 0) {
            return;
        }
        sequences.add(first);
        int[] within = model.tokenizer().encode(" " + word, false);
        if (within.length == first.length && within[0] != first[0]) {
            sequences.add(within);
        }
    }
}
