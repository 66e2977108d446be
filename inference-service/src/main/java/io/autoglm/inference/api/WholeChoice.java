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
        private final List<String> tools = new ArrayList<>();
        private final List<StringBuilder> arguments = new ArrayList<>();
        private final List<AnswerToken> tokens = new ArrayList<>();
        private FinishReason reason = FinishReason.STOP;

        void add(AssistantDelta delta) {
            switch (delta) {
                case AssistantDelta.Content(String text) -> content.append(text);
                case AssistantDelta.Reasoning(String text) -> reasoning.append(text);
                case AssistantDelta.ToolCall call -> {
                    tools.add(call.name());
                    arguments.add(new StringBuilder(call.arguments()));
                }
                case AssistantDelta.Arguments more -> arguments.getLast().append(more.text());
            }
        }

        void add(List<AnswerToken> more) {
            tokens.addAll(more);
        }

        void finished(FinishReason reason) {
            this.reason = reason;
        }

        WholeChoice build() {
            List<AssistantDelta.ToolCall> calls = new ArrayList<>();
            for (int i = 0; i < tools.size(); i++) {
                calls.add(new AssistantDelta.ToolCall(
                        i, tools.get(i), arguments.get(i).toString()));
            }
            return new WholeChoice(content.toString(), reasoning.toString(), calls, tokens, reason);
        }
    }
}
