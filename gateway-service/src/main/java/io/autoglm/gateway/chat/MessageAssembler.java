package io.autoglm.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts the deltas of a stream together to the assistant message that they describe: text, refusal and tool
/// calls, whose arguments come in pieces under an index. Reasoning is left out, as chat templates leave it out
/// of earlier turns.
final class MessageAssembler {
    private static final String FUNCTION = "function";
    /// What a tool call takes beside its texts: `{"id":"","type":"","function":{"name":"","arguments":""}}`.
    private static final int CALL_CHARS = 58;

    private final int maxChars;
    /// Null once it is too large to be stored: an instance that is broken may go on for ever.
    private @Nullable Gathered gathered = new Gathered();

    /// @param maxChars of a message that is kept; a limit in bytes will do, as each character takes one or more
    MessageAssembler(int maxChars) {
        this.maxChars = maxChars;
    }

    void add(JsonNode delta) {
        Gathered all = gathered;
        if (all != null) {
            all.add(delta);
            gathered = all.chars > maxChars ? null : all;
        }
    }

    /// Empty when the message is too large to keep.
    Optional<ObjectNode> message() {
        return Optional.ofNullable(gathered).map(Gathered::message);
    }

    private static final class ToolCall {
        private String id = "";
        private String type = FUNCTION;
        private final StringBuilder name = new StringBuilder();
        private final StringBuilder arguments = new StringBuilder();
    }

    private static final class Gathered {
        private final StringBuilder content = new StringBuilder();
        private final StringBuilder refusal = new StringBuilder();
        private final TreeMap<Integer, ToolCall> calls = new TreeMap<>();
        private long chars;

        void add(JsonNode delta) {
            append(content, delta.path("content"));
            append(refusal, delta.path("refusal"));
            for (JsonNode piece : delta.path("tool_calls")) {
                add(piece, calls.computeIfAbsent(piece.path("index").asInt(calls.size()), index -> begin()));
            }
        }

        ObjectNode message() {
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
                    one.putObject(FUNCTION)
                            .put("name", call.name.toString())
                            .put("arguments", call.arguments.toString());
                });
            }
            return message;
        }

        private ToolCall begin() {
            chars += CALL_CHARS + FUNCTION.length();
            return new ToolCall();
        }

        /// Some engines repeat id and type with every piece.
        private void add(JsonNode piece, ToolCall call) {
            if (piece.hasNonNull("id")) {
                String id = piece.path("id").asText();
                chars += id.length() - call.id.length();
                call.id = id;
            }
            if (piece.hasNonNull("type")) {
                String type = piece.path("type").asText();
                chars += type.length() - call.type.length();
                call.type = type;
            }
            append(call.name, piece.path(FUNCTION).path("name"));
            append(call.arguments, piece.path(FUNCTION).path("arguments"));
        }

        private void append(StringBuilder to, JsonNode text) {
            if (text.isTextual()) {
                to.append(text.textValue());
                chars += text.textValue().length();
            }
        }
    }
}
