package io.autoglm.protocol.conversation;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// What one request added to a conversation.
///
/// @param messages OpenAI messages in order, never empty
/// @param tokens   what they cost in a prompt, at least 0
@JsonIgnoreProperties(ignoreUnknown = true)
public record Turn(List<JsonNode> messages, int tokens) {
    public Turn {
        messages = List.copyOf(messages);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("messages: a turn holds at least one message");
        }
        if (tokens < 0) {
            throw new IllegalArgumentException("tokens: must be 0 or more, was " + tokens);
        }
    }
}
