package io.autoglm.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;

/// Tokens that a request cost.
record Spent(int promptTokens, int completionTokens) {

    /// Reads OpenAI's `usage` object.
    static Spent of(JsonNode usage) {
        return new Spent(
                Math.max(0, usage.path("prompt_tokens").asInt(0)),
                Math.max(0, usage.path("completion_tokens").asInt(0)));
    }
}
