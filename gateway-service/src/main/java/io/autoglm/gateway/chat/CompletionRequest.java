package io.autoglm.gateway.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.policy.PriorityClass;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.OptionalInt;

/// The caller's JSON and a typed view of what the gateway decides on. The rest is the instance's to judge.
///
/// @param body       the bytes as they came
/// @param json       the same, parsed
/// @param wantsUsage whether the caller asked for the usage chunk of a stream
/// @param messages   of a chat; empty for a text completion
/// @param maxTokens  of the answer, where it is given as a whole number
/// @param priority   the class in which it is queued and scheduled
record CompletionRequest(
        Endpoint endpoint,
        Buffer body,
        ObjectNode json,
        String model,
        boolean stream,
        boolean wantsUsage,
        List<JsonNode> messages,
        OptionalInt maxTokens,
        PriorityClass priority) {

    CompletionRequest of(PriorityClass other) {
        return new CompletionRequest(endpoint, body, json, model, stream, wantsUsage, messages, maxTokens, other);
    }

    /// What is still needed when the answer flows: without the bytes and their parsed form.
    ///
    /// @param remembers whether the messages will be stored
    CompletionRequest answered(boolean remembers) {
        return new CompletionRequest(
                endpoint,
                Buffer.buffer(),
                JsonNodeFactory.instance.objectNode(),
                model,
                stream,
                wantsUsage,
                remembers ? messages : List.of(),
                maxTokens,
                priority);
    }

    /// What goes to the instance: the caller's own bytes where nothing had to change, else the same fields with
    /// the joined messages and, on a stream, with usage asked for, because tokens are always settled.
    ///
    /// @param joined the messages for the model; the request's own where nothing was recalled
    Buffer forInstance(List<JsonNode> joined) {
        boolean joins = !joined.equals(messages);
        boolean asksUsage = stream && !wantsUsage;
        if (!joins && !asksUsage) {
            return body;
        }
        ObjectNode changed = json.objectNode();
        changed.setAll(json);
        if (joins) {
            ArrayNode all = changed.arrayNode(joined.size());
            joined.forEach(all::add);
            changed.set("messages", all);
        }
        if (asksUsage) {
            ObjectNode options = changed.objectNode();
            if (changed.get("stream_options") instanceof ObjectNode given) {
                options.setAll(given);
            }
            changed.set("stream_options", options.put("include_usage", true));
        }
        try {
            return Buffer.buffer(RequestParser.JSON.writeValueAsBytes(changed));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("parsed JSON could not be written", e);
        }
    }
}
