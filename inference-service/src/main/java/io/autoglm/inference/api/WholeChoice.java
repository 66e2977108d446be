package io.autoglm.inference.api;

import io.autoglm.inference.text.AssistantDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// One finished choice of an answer that is not streamed.
record WholeChoice(
        String content,
        String reasoning,
        List<AssistantDelta.ToolCall> toolCalls,
        List<AnswerToken> tokens,
        FinishReason reason) {

    /// What a token of it has on average, the end aside; all of them must have been told with theirs.
    double meanLogprob() {
        return tokens.stream()
                .map(token -> token.sampled().logprob())
                .filter(Objects::nonNull)
                .mapToDouble(Float::doubleValue)
                .average()
                .orElse(Double.NEGATIVE_INFINITY);
    }

    /// Collects one while it comes.
    static final class Builder {

        private final StringBuilder content = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final List<AssistantDelta.ToolCall> toolCalls = new ArrayList<>();
        private final List<AnswerToken> tokens = new ArrayList<>();
        private FinishReason reason = FinishReason.STOP;

        void add(AssistantDelta delta) {
            switch (delta) {
                case AssistantDelta.Content(String text) -> content.append(text);
                case AssistantDelta.Reasoning(String text) -> reasoning.append(text);
                case AssistantDelta.ToolCall call -> toolCalls.add(call);
                case AssistantDelta.Arguments(int index, String text) -> {
                    AssistantDelta.ToolCall begun = toolCalls.removeLast();
                    toolCalls.add(new AssistantDelta.ToolCall(index, begun.name(), begun.arguments() + text));
                }
            }
        }

        void add(List<AnswerToken> more) {
            tokens.addAll(more);
        }

        void finished(FinishReason reason) {
            this.reason = reason;
        }

        WholeChoice build() {
            return new WholeChoice(content.toString(), reasoning.toString(), toolCalls, tokens, reason);
        }
    }
}
