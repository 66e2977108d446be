package io.autoglm.gateway.upstream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A whole answer, held in memory.
///
/// @param retryAfter the header's value; null where there was none
public record Reply(
        int status, @Nullable String contentType, @Nullable String retryAfter, Buffer body) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public boolean ok() {
        return status / 100 == 2;
    }

    /// The fault in statuses by which an instance says that it did not answer, though the request is not wrong;
    /// empty for every other. 504 is how an instance ends a request whose time, told by the gateway, is up.
    public Optional<Fault> fault() {
        return switch (status) {
            case 429, 503 -> Optional.of(Fault.BUSY);
            case 504 -> Optional.of(Fault.DEADLINE);
            case 500, 502 -> Optional.of(Fault.INSTANCE);
            case 404 -> saysAbsent() ? Optional.of(Fault.ABSENT) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private boolean saysAbsent() {
        try {
            return JSON.readTree(body.getBytes()).at("/error/code").asText("").equals("model_not_found");
        } catch (IOException e) {
            return false;
        }
    }
}
