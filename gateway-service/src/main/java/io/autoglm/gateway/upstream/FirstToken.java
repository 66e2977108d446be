package io.autoglm.gateway.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.gateway.upstream.Broken.Kind;

/// Tells the event with which an answer begins from the greeting before it: many engines first send a chunk
/// that has only a role.
final class FirstToken {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// What an event says of the answer that it may begin.
    sealed interface Sign {
        record NotYet() implements Sign {}

        record Here() implements Sign {}

        /// The instance reports that it will not answer.
        record Broke(Kind kind) implements Sign {}
    }

    private FirstToken() {}

    /// It is here with text, with anything in a delta but its role, with a finish reason, with an error that is
    /// the request's fault, with `[DONE]`, and with data that cannot be understood. Engines name what they say as
    /// they like (reasoning came as `reasoning_content` and then as `reasoning`), so what is not known must not
    /// be held back.
    static Sign in(SseEvent event) {
        if (event.empty()) {
            return new Sign.NotYet();
        }
        if (event.done()) {
            return new Sign.Here();
        }
        try {
            JsonNode chunk = JSON.readTree(event.data());
            return ErrorEvent.in(chunk).map(FirstToken::of).orElseGet(() -> in(chunk.path("choices")));
        } catch (JsonProcessingException e) {
            return new Sign.Here();
        }
    }

    private static Sign of(Fault fault) {
        return switch (fault) {
            case INSTANCE -> new Sign.Broke(Kind.STATUS);
            case BUSY -> new Sign.Broke(Kind.BUSY);
            case DEADLINE -> new Sign.Broke(Kind.DEADLINE);
            case ABSENT, REQUEST -> new Sign.Here();
        };
    }

    private static Sign in(JsonNode choices) {
        if (!choices.isArray()) {
            return new Sign.Here();
        }
        for (JsonNode choice : choices) {
            if (choice.hasNonNull("finish_reason") || saysSomething(choice)) {
                return new Sign.Here();
            }
        }
        return new Sign.NotYet();
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
