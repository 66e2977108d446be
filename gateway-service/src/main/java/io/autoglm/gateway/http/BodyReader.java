package io.autoglm.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/// Reads a request body up to a limit.
public final class BodyReader {
    /// The whole body, or the news that it is too long; in that case the rest is not kept.
    public sealed interface Body {
        record Whole(Buffer bytes) implements Body {}

        record TooLong(long limitBytes) implements Body {}
    }

    private BodyReader() {}

    /// Fails only when the client goes away in the middle.
    public static Future<Body> read(HttpServerRequest request, long limitBytes) {
        Promise<Body> promise = Promise.promise();
        Buffer all = Buffer.buffer();
        request.exceptionHandler(promise::tryFail);
        request.endHandler(end -> promise.tryComplete(new Body.Whole(all)));
        request.handler(part -> {
            if (promise.future().isComplete()) {
                return;
            }
            if (all.length() + (long) part.length() > limitBytes) {
                promise.tryComplete(new Body.TooLong(limitBytes));
            } else {
                all.appendBuffer(part);
            }
        });
        return promise.future();
    }
}
