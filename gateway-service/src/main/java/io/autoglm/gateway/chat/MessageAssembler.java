package io.autoglm.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.TreeMap;

/// Puts the deltas of a stream together to the assistant message that they describe: text, refusal and tool
/// calls, whose arguments come in pieces under an index. Reasoning is left out, as chat templates leave it out
/// of earlier turns.
final class MessageAssembler {
    /// A message beyond it is not remembered, characters.
    private static final int MAX_CHARS = 4 << 20;

    private static final class ToolCall {
        private String id = "";
        private String type = "function";
        private final StringBuilder name = new StringBuilder();
        private final StringBuilder arguments = new StringBuilder();
    }

    private final StringBuilder content = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final TreeMap<Integer, ToolCall> calls = new TreeMap<>();
    private int chars;

    void add(JsonNode delta) {
        append(content, delta.path("content"));
        append(refusal, delta.path("refusal"));
        for (JsonNode piece : delta.path("tool_calls")) {
            ToolCall call = calls.computeIfAbsent(piece.path("index").asInt(calls.size()), index -> new ToolCall());
            if (piece.hasNonNull("id")) {
                call.id = piece.path("id").asText();
            }
            if (piece.hasNonNull("type")) {
                call.type = piece.path("type").asText();
            }
            append(call.name, piece.path("function").path("name"));
            append(call.arguments, piece.path("function").path("arguments"));
        }
    }

    /// Empty when the message is too large to keep.
    Optional<ObjectNode> message() {
        if (chars > MAX_CHARS) {
            return Optional.empty();
        }
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", "assistant");
        if (content.isEmpty() && !calls.isEmpty()) {
            message.putNull("content");
        } else {
            message.put("content", content.toString());
        }
        if (!refusal.isEmpty()) {
            message.put("refusal", refusal.toString());
        }
        if (!calls.isEmpty()) {
            ArrayNode all = message.putArray("tool_calls");
            calls.values().forEach(call -> {
                ObjectNode one = all.addObject().put("id", call.id).put("type", call.type);
                one.putObject("function").put("name", call.name.toString()).put("arguments", call.arguments.toString());
            });
        }
        return Optional.of(message);
    }

    private void append(StringBuilder to, JsonNode text) {
        if (text.isTextual() && chars <= MAX_CHARS) {
            to.append(text.textValue());
            chars += text.textValue().length();
        }
    }
}
