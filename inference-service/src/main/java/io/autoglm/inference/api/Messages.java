package io.autoglm.inference.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.StringJoiner;

/// Checks OpenAI's `messages` and brings them into the form that chat templates are written for: content is one string,
/// `developer` is `system`, and the arguments of a tool call are an object instead of a string that holds one.
final class Messages {

    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");
    private static final int MOST_MESSAGES = 4096;

    private Messages() {}

    /// @return a copy
    static ArrayNode read(Fields request) {
        JsonNode messages = request.node("messages");
        if (!messages.isArray()) {
            throw request.wrong("messages", request.has("messages") ? "must be a list" : "is required");
        }
        if (messages.isEmpty() || messages.size() > MOST_MESSAGES) {
            throw request.wrong(
                    "messages", "must hold 1 to " + MOST_MESSAGES + " messages, but holds " + messages.size());
        }
        ArrayNode read = JsonBody.MAPPER.createArrayNode();
        for (int i = 0; i < messages.size(); i++) {
            read.add(message(messages.get(i), "messages[" + i + "]"));
        }
        return read;
    }

    private static ObjectNode message(JsonNode message, String at) {
        if (!message.isObject()) {
            throw RefusedException.invalid(at, "'" + at + "' must be an object");
        }
        Fields fields = new Fields(message, at + ".");
        String role = fields.requiredText("role");
        if (!ROLES.contains(role)) {
            throw fields.wrong(
                    "role", "must be one of system, developer, user, assistant, tool, but is '" + role + "'");
        }
        ObjectNode read = ((ObjectNode) message).deepCopy();
        read.put("role", role.equals("developer") ? "system" : role);
        boolean calls = role.equals("assistant") && fields.has("tool_calls");
        if (calls) {
            read.set("tool_calls", toolCalls(fields));
        } else {
            read.remove("tool_calls");
        }
        if (fields.has("content")) {
            read.put("content", content(fields));
        } else if (calls) {
            read.putNull("content");
        } else {
            throw fields.wrong("content", "is required");
        }
        return read;
    }

    private static String content(Fields message) {
        JsonNode content = message.node("content");
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw message.wrong("content", "must be a string or a list of parts");
        }
        StringJoiner text = new StringJoiner("\n");
        for (int i = 0; i < content.size(); i++) {
            String at = message.name("content") + "[" + i + "]";
            if (!content.get(i).isObject()) {
                throw RefusedException.invalid(at, "'" + at + "' must be an object");
            }
            Fields part = new Fields(content.get(i), at + ".");
            String type = part.requiredText("type");
            if (!type.equals("text")) {
                throw part.wrong("type", "is '" + type + "', but this model reads text only");
            }
            text.add(part.requiredText("text"));
        }
        return text.toString();
    }

    private static ArrayNode toolCalls(Fields message) {
        JsonNode calls = message.node("tool_calls");
        if (!calls.isArray()) {
            throw message.wrong("tool_calls", "must be a list");
        }
        ArrayNode read = JsonBody.MAPPER.createArrayNode();
        for (int i = 0; i < calls.size(); i++) {
            String at = message.name("tool_calls") + "[" + i + "]";
            if (!calls.get(i).isObject()) {
                throw RefusedException.invalid(at, "'" + at + "' must be an object");
            }
            Fields call = new Fields(calls.get(i), at + ".");
            Fields function = call.object("function").orElseThrow(() -> call.wrong("function", "is required"));
            function.requiredText("name");
            ObjectNode copy = ((ObjectNode) calls.get(i)).deepCopy();
            copy.withObject("/function").set("arguments", arguments(function));
            read.add(copy);
        }
        return read;
    }

    private static JsonNode arguments(Fields function) {
        if (!function.has("arguments")) {
            return JsonBody.MAPPER.createObjectNode();
        }
        JsonNode arguments = function.node("arguments");
        if (arguments.isObject()) {
            return arguments;
        }
        try {
            String text = function.text("arguments").orElse("");
            JsonNode parsed = text.isBlank() ? JsonBody.MAPPER.createObjectNode() : JsonBody.MAPPER.readTree(text);
            if (parsed.isObject()) {
                return parsed;
            }
        } catch (JsonProcessingException e) {
            throw function.wrong("arguments", "must be a JSON object as a string");
        }
        throw function.wrong("arguments", "must be a JSON object as a string");
    }
}
