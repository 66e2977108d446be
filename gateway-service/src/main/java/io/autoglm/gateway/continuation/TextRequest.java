package io.autoglm.gateway.continuation;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A request to any engine, and how it reads when some of its answer's text is there already: behind the
/// prompt of a plain completion; in a chat as a last message of the assistant that is to be continued (vLLM's
/// and SGLang's `continue_final_message`, which llama.cpp's server does of itself).
///
/// @param body a JSON object, as it was sent
/// @param chat whether it is a chat
record TextRequest(Buffer body, boolean chat) {
    /// Numbers keep their digits.
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /// They hold for the answer as a whole, and an engine that is given its beginning takes them for the
    /// rest.
    private static final List<String> OF_THE_WHOLE = List.of(
            "guided_json",
            "guided_regex",
            "guided_choice",
            "guided_grammar",
            "structured_outputs",
            "structural_tag",
            "grammar",
            "json_schema",
            "regex",
            "ebnf",
            "echo",
            "suffix",
            "best_of",
            "use_beam_search");
    private static final List<String> LIMITS = List.of("max_tokens", "max_completion_tokens");

    /// @param text   that was said
    /// @param tokens of it, about
    /// @return empty where nobody could go on with it
    Optional<Buffer> goingOn(String text, int tokens) {
        try {
            if (!(JSON.readTree(body.getBytes()) instanceof ObjectNode request) || wholeOnly(request)) {
                return Optional.empty();
            }
            for (String limit : LIMITS) {
                int left = request.path(limit).asInt(Integer.MAX_VALUE) - tokens;
                if (request.hasNonNull(limit) && left < 1) {
                    return Optional.empty();
                }
                if (request.hasNonNull(limit)) {
                    request.put(limit, left);
                }
            }
            if (request.hasNonNull("min_tokens")) {
                request.put("min_tokens", Math.max(0, request.path("min_tokens").asInt() - tokens));
            }
            return (chat ? chat(request, text) : plain(request, text))
                    ? Optional.of(Buffer.buffer(JSON.writeValueAsBytes(request)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean wholeOnly(ObjectNode request) {
        String format = request.path("response_format").path("type").asText("text");
        JsonNode choice = request.path("tool_choice");
        boolean forced = choice.isObject() || choice.asText("auto").equals("required");
        return request.path("n").asInt(1) != 1
                || !format.equals("text")
                || forced
                || OF_THE_WHOLE.stream().anyMatch(field -> asks(request.path(field)));
    }

    private static boolean asks(JsonNode value) {
        return !(value.isMissingNode() || value.isNull() || (value.isBoolean() && !value.booleanValue()));
    }

    private static boolean plain(ObjectNode request, String text) {
        if (!request.path("prompt").isTextual()) {
            return false;
        }
        request.put("prompt", request.path("prompt").textValue() + text);
        return true;
    }

    private static boolean chat(ObjectNode request, String text) {
        if (!(request.get("messages") instanceof ArrayNode messages) || messages.isEmpty()) {
            return false;
        }
        JsonNode last = messages.get(messages.size() - 1);
        if (request.path("continue_final_message").asBoolean(false)) {
            if (!(last instanceof ObjectNode message)
                    || !message.path("content").isTextual()) {
                return false;
            }
            message.put("content", message.path("content").textValue() + text);
        } else {
            messages.addObject().put("role", "assistant").put("content", text);
            request.put("continue_final_message", true).put("add_generation_prompt", false);
        }
        return true;
    }
}
