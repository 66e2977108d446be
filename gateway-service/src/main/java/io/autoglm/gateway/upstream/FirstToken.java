package io.autoglm.gateway.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.protocol.ApiError;

/// Tells the event with which an answer begins from the greeting before it: many engines first send a chunk
/// that has only a role.
final class FirstToken {
    private static final ObjectMapper JSON = new ObjectMapper();

    enum Sign {
        NOT_YET,
        HERE,
        /// The instance reports that it broke before it said anything.
        FAILURE
    }

    private FirstToken() {}

    /// It is here with text, reasoning, a tool call or a finish reason, with an error that is the request's fault, with
    /// `[DONE]`, and with data that cannot be understood: what is not known must not be held back.
    static Sign in(SseEvent event) {
        if (event.empty()) {
            return Sign.NOT_YET;
        }
        if (event.done()) {
            return Sign.HERE;
        }
        try {
            JsonNode chunk = JSON.readTree(event.data());
            JsonNode choices = chunk.path("choices");
            if (chunk.path("error").path("type").asText("").equals(ApiError.SERVER)) {
                return Sign.FAILURE;
            }
            if (!choices.isArray()) {
                return Sign.HERE;
            }
            for (JsonNode choice : choices) {
                if (choice.hasNonNull("finish_reason") || saysSomething(choice)) {
                    return Sign.HERE;
                }
            }
            return Sign.NOT_YET;
        } catch (JsonProcessingException e) {
            return Sign.HERE;
        }
    }

    private static boolean saysSomething(JsonNode choice) {
        JsonNode delta = choice.path("delta");
        return !choice.path("text").asText("").isEmpty()
                || !delta.path("content").asText("").isEmpty()
                || !delta.path("reasoning_content").asText("").isEmpty()
                || delta.path("tool_calls").size() > 0
                || delta.hasNonNull("refusal");
    }
}
