package io.autoglm.gateway.recall;

/// What is needed to say what a turn will cost in later prompts, without the texts themselves: a long answer
/// need not keep what was recalled for it.
///
/// @param elsewhereTokens of the prompt, that are no part of the turn
/// @param askedAtMost     an upper bound on the new messages
public record TurnCost(long elsewhereTokens, int askedAtMost) {

    /// @param promptTokens     as the instance counted; 0 where it did not count
    /// @param completionTokens as the instance counted, thoughts included, which are not stored; 0 where it did
    ///                         not count
    /// @param answerAtMost     an upper bound on what is stored of the answer
    public int tokens(int promptTokens, int completionTokens, int answerAtMost) {
        long asked = promptTokens == 0 ? askedAtMost : Math.max(1, promptTokens - elsewhereTokens);
        int answer = completionTokens == 0 ? answerAtMost : Math.min(completionTokens, answerAtMost);
        return (int) Math.min(Integer.MAX_VALUE, asked + answer);
    }
}
