package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes an answer apart as it streams: reasoning, content, tool calls.
public final class AssistantParser {

    /// @param tools             OpenAI's `tools` of the request; null or empty: markup of calls is plain text
    /// @param separateReasoning puts `<think>…</think>` at the start of the answer into [AssistantDelta.Reasoning]
    /// @param insideReasoning   the prompt ends with an open `<think>`, see [#opensReasoning]
    public AssistantParser(@Nullable JsonNode tools, boolean separateReasoning, boolean insideReasoning) {}

    /// Whether the rendered prompt leaves the model in the middle of its reasoning.
    public static boolean opensReasoning(String prompt) {
        return prompt.stripTrailing().endsWith("<think>");
    }

    /// @param text the next piece of the answer
    public List<AssistantDelta> append(String text) {
        throw new UnsupportedOperationException(text);
    }

    /// The answer has ended: gives what was held back, an unfinished call as the text that it is.
    public List<AssistantDelta> end() {
        throw new UnsupportedOperationException();
    }

    /// Calls given so far: `finish_reason` is `tool_calls` where there are any.
    public int toolCalls() {
        throw new UnsupportedOperationException();
    }
}
