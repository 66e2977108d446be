package io.autoglm.nano.corpus.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a chat completion request carries: the messages, the tools (each an OpenAI tool object) and the response format
/// (an OpenAI `response_format` object, or null for plain text).
public record Conversation(
        List<Message> messages,
        List<Map<String, Object>> tools,
        @Nullable Map<String, Object> responseFormat) {
    public Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    public static Conversation of(List<Message> messages) {
        return new Conversation(messages, List.of(), null);
    }
}
