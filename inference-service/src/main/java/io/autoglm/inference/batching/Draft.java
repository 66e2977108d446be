package io.autoglm.inference.batching;

import org.jspecify.annotations.Nullable;

/// How a text may go on, guessed from the text alone: where its last tokens stand earlier in it, what
/// followed them there (Saxena, "Prompt Lookup Decoding", 2023). Answers that quote their prompt, as edits,
/// extracts and summaries do, go on so for many tokens.
///
/// @param match  tokens that stand in both places, at least [#FEWEST_MATCHED]; the more, the likelier
/// @param tokens what may follow
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Draft(int match, int[] tokens) {

    static final int FEWEST_MATCHED = 2;

    /// A longer match says no more.
    static final int MOST_MATCHED = 8;

    /// Takes the longest match, of equal ones the latest. What is there is repeated where it is too short: a
    /// period goes on. Reads each token at most once but for those of matches, so the time is that of a few
    /// microseconds for each ten thousand tokens.
    ///
    /// @param text  the first `length` are the text
    /// @param count tokens to guess, at least 1
    /// @return null where nothing matches
    static @Nullable Draft of(int[] text, int length, int count) {
        int best = FEWEST_MATCHED - 1;
        int after = -1;
        for (int end = length - 2; end >= FEWEST_MATCHED - 1 && best < MOST_MATCHED; end--) {
            if (text[end] == text[length - 1]) {
                int match = matched(text, end, length);
                if (match > best) {
                    best = match;
                    after = end + 1;
                }
            }
        }
        return after < 0 ? null : new Draft(best, following(text, after, length, count));
    }

    private static int matched(int[] text, int end, int length) {
        int match = 1;
        while (match < MOST_MATCHED && match <= end && text[end - match] == text[length - 1 - match]) {
            match++;
        }
        return match;
    }

    private static int[] following(int[] text, int after, int length, int count) {
        int[] tokens = new int[count];
        int there = Math.min(count, length - after);
        System.arraycopy(text, after, tokens, 0, there);
        for (int i = there; i < count; i++) {
            tokens[i] = tokens[i - there];
        }
        return tokens;
    }
}
