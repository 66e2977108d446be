package io.autoglm.inference.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which tokens may come, whatever their logits, as vLLM has it: `allowed_token_ids`, `bad_words` and
/// `min_tokens`. Of one request, shared by its answers. Immutable.
///
/// Bad words and early ends are waived where they would leave no token at all; the tokens that are allowed
/// never are, but for an answer's form, which goes before everything.
public final class TokenRules {

    public static final TokenRules NONE = new TokenRules(0, Set.of(), null, List.of(), 0);

    private static final int[] NOTHING = {};

    private final int minTokens;
    private final int[] ends;
    private final long @Nullable [] allowed;
    private final List<int[]> badWords;

    /// @param minTokens  tokens of an answer before which it does not end
    /// @param ends       tokens that end it
    /// @param allowed    the only ones that may come, one at least; null for all
    /// @param badWords   sequences that an answer must not contain, none of them empty; one with a token that
    ///                   there is not never comes
    /// @param vocabulary tokens that there are
    /// @throws InvalidParameterException if one is allowed that there is not
    public TokenRules(
            int minTokens,
            Collection<Integer> ends,
            @Nullable Collection<Integer> allowed,
            List<int[]> badWords,
            int vocabulary) {
        this.minTokens = minTokens;
        this.ends = ends.stream()
                .mapToInt(Integer::intValue)
                .filter(token -> token >= 0 && token < vocabulary)
                .toArray();
        this.allowed = allowed == null ? null : mask(allowed, vocabulary);
        this.badWords = badWords.stream()
                .filter(word -> Arrays.stream(word).allMatch(token -> token < vocabulary))
                .map(int[]::clone)
                .toList();
    }

    private static long[] mask(Collection<Integer> tokens, int vocabulary) {
        long[] mask = new long[(vocabulary + 63) / 64];
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw new InvalidParameterException(
                        "allowed_token_ids",
                        "allowed_token_ids has the token id " + token + ", the model " + vocabulary + " tokens");
            }
            mask[token >> 6] |= 1L << token;
        }
        return mask;
    }

    /// The only tokens that may come, or null; not to be changed.
    long @Nullable [] allowed() {
        return allowed;
    }

    /// Whether what was written decides on what may come.
    boolean remember() {
        return !badWords.isEmpty();
    }

    /// Tokens that must not follow.
    ///
    /// @param answer  its tokens so far, the first `written`; empty where nothing is to be remembered
    /// @param written tokens of the answer
    int[] forbidden(int[] answer, int written) {
        boolean early = written < minTokens;
        if (badWords.isEmpty()) {
            return early ? ends : NOTHING;
        }
        List<Integer> forbidden = new ArrayList<>();
        for (int[] word : badWords) {
            if (endsWithBeginningOf(word, answer, written)) {
                forbidden.add(word[word.length - 1]);
            }
        }
        for (int i = 0; early && i < ends.length; i++) {
            forbidden.add(ends[i]);
        }
        return forbidden.stream().mapToInt(Integer::intValue).toArray();
    }

    /// Whether all of the word but its last token was written last.
    private static boolean endsWithBeginningOf(int[] word, int[] answer, int written) {
        int from = written - (word.length - 1);
        if (from < 0) {
            return false;
        }
        for (int i = 0; i < word.length - 1; i++) {
            if (answer[from + i] != word[i]) {
                return false;
            }
        }
        return true;
    }
}
