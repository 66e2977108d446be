package io.autoglm.gateway.recall;

/// What is needed to say what a turn will cost in later prompts, without the texts themselves: a long answer
/// need not keep what was recalled for it.
///
/// @param elsewhereTokens of the prompt, that are no part of the turn
/// @param askedAtMost     an upper bound on the new messages
public record TurnCost(long elsewhereTokens, int askedAtMost) {

    /// @param promptTokens as the instance counted; 0 where it did not count
    public int tokens(int promptTokens, int completionTokens) {
        long asked = promptTokens == 0 ? askedAtMost : Math.max(1, promptTokens - elsewhereTokens);
        return (int) Math.min(Integer.MAX_VALUE, asked + Math.max(0, completionTokens));
    }
}
