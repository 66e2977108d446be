package io.autoglm.gateway.admission;

import io.vertx.core.MultiMap;

/// How a caller stands with its requests per minute, as OpenAI's headers tell it.
///
/// @param resetSeconds until the limit is whole again, rounded up
public record Usage(int limit, int remaining, long resetSeconds) {

    public void writeTo(MultiMap headers) {
        headers.set("x-ratelimit-limit-requests", Integer.toString(limit))
                .set("x-ratelimit-remaining-requests", Integer.toString(remaining))
                .set("x-ratelimit-reset-requests", resetSeconds + "s");
    }
}
