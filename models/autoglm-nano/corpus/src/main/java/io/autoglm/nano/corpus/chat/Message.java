package io.autoglm.nano.corpus.chat;

import java.util.List;

/// One message of a conversation. Only an assistant's message has tool calls; its content may then be empty.
public record Message(Role role, String content, List<ToolCall> toolCalls) {
    public Message {
        toolCalls = List.copyOf(toolCalls);
        if (!toolCalls.isEmpty() && role != Role.ASSISTANT) {
            throw new IllegalArgumentException("only the assistant calls tools, not " + role.wire());
        }
    }

    public static Message system(String content) {
        return new Message(Role.SYSTEM, content, List.of());
    }

    public static Message user(String content) {
        return new Message(Role.USER, content, List.of());
    }

    public static Message assistant(String content) {
        return new Message(Role.ASSISTANT, content, List.of());
    }

    public static Message calling(ToolCall call) {
        return new Message(Role.ASSISTANT, "", List.of(call));
    }

    public static Message tool(String content) {
        return new Message(Role.TOOL, content, List.of());
    }
}
