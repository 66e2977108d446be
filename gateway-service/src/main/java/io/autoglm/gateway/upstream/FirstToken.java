package io.autoglm.gateway.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/// Tells the event with which an answer begins from the greeting before it: many engines first send a chunk
/// that has only a role.
final class FirstToken {
    private static final ObjectMapper JSON = new ObjectMapper();

    enum Sign {
        NOT_YET,
        HERE,
        /// The instance reports that it broke before it said anything.
        FAILURE,
        /// It reports that it has no room for the request.
        BUSY,
        /// It reports that the request's time was up.
        TOO_LATE
    }

    private FirstToken() {}

    /// It is here with text, with anything in a delta but its role, with a finish reason, with an error that is
    /// the request's fault, with `[DONE]`, and with data that cannot be understood. Engines name what they say as
    /// they like (reasoning came as `reasoning_content` and then as `reasoning`), so what is not known must not
    /// be held back.
    static Sign in(SseEvent event) {
        if (event.empty()) {
            return Sign.NOT_YET;
        }
        if (event.done()) {
            return Sign.HERE;
        }
        try {
            JsonNode chunk = JSON.readTree(event.data());
            return ErrorEvent.in(chunk).map(FirstToken::of).orElseGet(() -> in(chunk.path("choices")));
        } catch (JsonProcessingException e) {
            return Sign.HERE;
        }
    }

    private static Sign of(Fault fault) {
        return switch (fault) {
            case INSTANCE -> Sign.FAILURE;
            case BUSY -> Sign.BUSY;
            case DEADLINE -> Sign.TOO_LATE;
            case REQUEST -> Sign.HERE;
        };
    }

    private static Sign in(JsonNode choices) {
        if (!choices.isArray()) {
            return Sign.HERE;
        }
        for (JsonNode choice : choices) {
            if (choice.hasNonNull("finish_reason") || saysSomething(choice)) {
                return Sign.HERE;
            }
        }
        return Sign.NOT_YET;
    }

    private static boolean saysSomething(JsonNode choice) {
        return !isBlank(choice.path("text"))
                || choice.path("delta").properties().stream()
                        .anyMatch(field -> !field.getKey().equals("role") && !isBlank(field.getValue()));
    }

    /// Nothing is said by what is missing, by null, and by a string, list or object with nothing in it.
    private static boolean isBlank(JsonNode value) {
        return switch (value.getNodeType()) {
            case MISSING, NULL -> true;
            case STRING -> value.textValue().isEmpty();
            case ARRAY, OBJECT -> value.isEmpty();
            case NUMBER, BOOLEAN, BINARY, POJO -> false;
        };
    }
}
