package io.autoglm.gateway.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.protocol.ApiError;
import java.util.Optional;

/// Reads `{"error":{…}}`, the event with which an instance says that a stream does not go on. `type` and `code`
/// are OpenAI's; vLLM and SGLang put the HTTP status there, as a number, and the name of a Python exception.
public final class ErrorEvent {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ErrorEvent() {}

    /// As the other; empty also for data that is not JSON.
    public static Optional<Fault> in(String data) {
        try {
            return in(JSON.readTree(data));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /// Empty for an event that reports no error. An error that says nothing of its cause is the instance's.
    public static Optional<Fault> in(JsonNode chunk) {
        JsonNode error = chunk.path("error");
        if (!error.isObject()) {
            return Optional.empty();
        }
        String type = error.path("type").asText("");
        String code = error.path("code").asText("");
        int status = error.path("code").asInt(0);
        if (type.equals(ApiError.RATE_LIMIT) || status == 429 || status == 503) {
            return Optional.of(Fault.BUSY);
        }
        if (code.equals("deadline_exceeded") || status == 408 || status == 504) {
            return Optional.of(Fault.DEADLINE);
        }
        boolean callers = type.equals(ApiError.INVALID_REQUEST) || type.equals("BadRequestError") || status / 100 == 4;
        return Optional.of(callers ? Fault.REQUEST : Fault.INSTANCE);
    }
}
