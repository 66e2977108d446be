package io.autoglm.inference.api;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Where an answer ends before its limit, as vLLM has it.
///
/// @param texts     `stop`
/// @param tokens    `stop_token_ids`, beside the model's own end tokens
/// @param ignoreEnd `ignore_eos`: goes on past the model's end tokens
/// @param included  `include_stop_str_in_output`: what ends the answer is part of it
/// @param minTokens `min_tokens`: none of all this ends it before it has so many
record Stops(List<String> texts, Set<Integer> tokens, boolean ignoreEnd, boolean included, int minTokens) {

    /// OpenAI's own limit is 4.
    private static final int MOST = 16;

    private static final int LONGEST_CHARS = 1024;

    static Stops read(Fields request) {
        List<String> texts = request.texts("stop", MOST);
        for (String text : texts) {
            if (text.isEmpty() || text.length() > LONGEST_CHARS) {
                throw request.wrong("stop", "must hold strings of 1 to " + LONGEST_CHARS + " characters");
            }
        }
        return new Stops(
                texts,
                new HashSet<>(request.integers("stop_token_ids", MOST)),
                request.flag("ignore_eos"),
                request.flag("include_stop_str_in_output"),
                request.integer("min_tokens", 0, Integer.MAX_VALUE).orElse(0));
    }

    /// Tokens that end an answer.
    ///
    /// @param ofModel the model's own
    Set<Integer> endTokens(Set<Integer> ofModel) {
        Set<Integer> ends = new HashSet<>(tokens);
        if (!ignoreEnd) {
            ends.addAll(ofModel);
        }
        return ends;
    }
}
