package io.autoglm.service.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/// The end of an HTTP/1.x connection whose request body was not read to its end: what still comes on it must
/// not be taken for a next request. Other streams of an HTTP/2 connection are left alone.
public final class Farewell {
    /// How long what the client still sends is thrown away before the connection is closed. A close with unread
    /// bytes is a TCP reset, which can take the answer with it (RFC 9112, section 9.6).
    private static final long LINGER_MILLIS = 1_000;

    private Farewell() {}

    /// Tells the client before the answer is written.
    public static void announce(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) {
            request.response().putHeader("Connection", "close");
        }
    }

    /// Closes the connection once the answer is written.
    public static void after(Future<Void> written, Vertx vertx, HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) {
            written.onComplete(done -> close(vertx, request));
        }
    }

    private static void close(Vertx vertx, HttpServerRequest request) {
        HttpConnection connection = request.connection();
        if (request.isEnded()) {
            connection.close();
            return;
        }
        long timer = vertx.setTimer(LINGER_MILLIS, late -> connection.close());
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            connection.close();
        });
    }
}
