package io.autoglm.gateway.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.errors.Problem;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Reads a request and names the field at fault. Judges the shape of what the gateway decides on, and
/// nothing else.
final class RequestParser {
    private static final int MAX_MODEL_NAME = 256;
    /// Fields by which the gateway itself speaks to instances, see {@link io.autoglm.protocol.Resumption}.
    private static final String OWN_PREFIX = "autoglm_";

    /// Numbers keep their digits, and a field given twice is refused: the gateway and the instance must read the same
    /// request.
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /// A request that can go on, or the reason why not.
    sealed interface Parsed {
        record Valid(CompletionRequest request) implements Parsed {}

        record Wrong(Problem problem) implements Parsed {}
    }

    /// How a field that is wrong leaves the parser; never leaves this class.
    private static final class WrongField extends Exception {
        private static final long serialVersionUID = 1;

        // Not part of what an exception serialises: it never leaves this class.
        private final transient Problem problem;

        WrongField(String param, String message) {
            super(message, null, false, false);
            this.problem = Problem.invalid(message, param);
        }
    }

    private final int maxMessages;

    RequestParser(int maxMessages) {
        this.maxMessages = maxMessages;
    }

    Parsed parse(Endpoint endpoint, Buffer body) {
        try {
            return new Parsed.Valid(read(endpoint, body));
        } catch (WrongField e) {
            return new Parsed.Wrong(e.problem);
        } catch (JsonProcessingException e) {
            return new Parsed.Wrong(Problem.invalid("The body is not valid JSON: " + where(e), null, "invalid_json"));
        } catch (IOException e) {
            return new Parsed.Wrong(Problem.invalid("The body could not be read.", null, "invalid_json"));
        }
    }

    private CompletionRequest read(Endpoint endpoint, Buffer body) throws IOException, WrongField {
        JsonNode root = JSON.readTree(body.getBytes());
        if (!(root instanceof ObjectNode json)) {
            throw new WrongField("body", "The body must be a JSON object.");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (field.getKey().startsWith(OWN_PREFIX)) {
                throw new WrongField(field.getKey(), "'" + field.getKey() + "' is no field of a request.");
            }
        }
        String model = model(json);
        List<JsonNode> messages = List.of();
        for (String field : endpoint.required()) {
            if (!json.hasNonNull(field)) {
                throw new WrongField(field, "'" + field + "' is required.");
            }
        }
        if (endpoint == Endpoint.CHAT) {
            messages = messages(json);
        }
        boolean stream = endpoint.generates() && flag(json, "stream", "stream");
        boolean wantsUsage = endpoint.generates() && wantsUsage(json);
        return new CompletionRequest(endpoint, body, json, model, stream, wantsUsage, messages, maxTokens(json));
    }

    private static String model(ObjectNode json) throws WrongField {
        JsonNode model = json.path("model");
        if (model.isMissingNode() || model.isNull()) {
            throw new WrongField("model", "'model' is required; GET /v1/models lists the names.");
        }
        if (!model.isTextual() || model.textValue().isBlank()) {
            throw new WrongField("model", "'model' must be a string that is not empty.");
        }
        if (model.textValue().length() > MAX_MODEL_NAME) {
            throw new WrongField("model", "'model' must have at most " + MAX_MODEL_NAME + " characters.");
        }
        return model.textValue();
    }

    private List<JsonNode> messages(ObjectNode json) throws WrongField {
        JsonNode messages = json.path("messages");
        if (!messages.isArray()) {
            throw new WrongField("messages", "'messages' must be a list.");
        }
        if (messages.isEmpty()) {
            throw new WrongField("messages", "'messages' must not be empty.");
        }
        if (messages.size() > maxMessages) {
            throw new WrongField("messages", "'messages' must have at most " + maxMessages + " entries.");
        }
        List<JsonNode> all = new ArrayList<>(messages.size());
        for (JsonNode message : messages) {
            String at = "messages[" + all.size() + "]";
            if (!message.isObject()) {
                throw new WrongField(at, "'" + at + "' must be an object.");
            }
            JsonNode role = message.path("role");
            if (!role.isTextual() || role.textValue().isEmpty()) {
                throw new WrongField(at + ".role", "'" + at + ".role' must be a string that is not empty.");
            }
            all.add(message);
        }
        return List.copyOf(all);
    }

    private static boolean wantsUsage(ObjectNode json) throws WrongField {
        JsonNode options = json.path("stream_options");
        if (options.isMissingNode() || options.isNull()) {
            return false;
        }
        if (!(options instanceof ObjectNode object)) {
            throw new WrongField("stream_options", "'stream_options' must be an object.");
        }
        return flag(object, "include_usage", "stream_options.include_usage");
    }

    private static boolean flag(ObjectNode json, String field, String param) throws WrongField {
        @Nullable JsonNode value = json.get(field);
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw new WrongField(param, "'" + param + "' must be true or false.");
        }
        return value.booleanValue();
    }

    /// Only a plain whole number is used here; what else may stand there is the instance's to refuse.
    private static OptionalInt maxTokens(ObjectNode json) {
        JsonNode newer = json.path("max_completion_tokens");
        JsonNode limit = newer.isInt() ? newer : json.path("max_tokens");
        return limit.isInt() && limit.intValue() > 0 ? OptionalInt.of(limit.intValue()) : OptionalInt.empty();
    }

    private static String where(JsonProcessingException e) {
        String what = e.getOriginalMessage();
        // Jackson quotes what it stumbled on; a caller's own text is told back to nobody but the caller, and shortened.
        String shortened =
                what == null ? "unreadable" : what.lines().findFirst().orElse("unreadable");
        if (shortened.length() > 200) {
            shortened = shortened.substring(0, 200) + "…";
        }
        return e.getLocation() == null
                ? shortened
                : shortened + " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }
}
