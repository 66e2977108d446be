package io.autoglm.gateway.upstream;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/// A whole answer, held in memory.
///
/// @param retryAfter the header's value; null where there was none
public record Reply(
        int status, @Nullable String contentType, @Nullable String retryAfter, Buffer body) {

    public boolean ok() {
        return status / 100 == 2;
    }

    /// Statuses that say "this instance cannot, another might".
    public boolean worthAnotherInstance() {
        return status == 500 || status == 502 || status == 503 || status == 504;
    }
}
