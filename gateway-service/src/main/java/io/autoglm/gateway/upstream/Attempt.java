package io.autoglm.gateway.upstream;

import io.autoglm.gateway.http.InternalTrust;
import io.autoglm.gateway.upstream.Broken.Kind;
import io.autoglm.protocol.placement.Lease.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One request to one instance, until it is clear what came of it. Confined to one event loop.
///
/// 1. connect (or take a pooled connection) and send
/// 2. status and type: a whole answer is read to its end, a stream up to its first token
/// 3. {@link #opened()} completes, once; a stream then lives on in its {@link TokenStream}
///
/// `cancel` at any time resets the connection, by which the instance knows that nobody listens any more.
public final class Attempt {
    /// RFC 9113 error code CANCEL; on HTTP/1.1 any reset closes the connection.
    private static final long CANCEL = 8;

    private final Vertx vertx;
    private final UpstreamConfig config;
    private final LongSupplier nanoClock;
    private final long deadlineNanos;
    private final Promise<Opened> opened = Promise.promise();
    private final long timer;

    private @Nullable HttpClientRequest request;
    private boolean cancelled;

    Attempt(Vertx vertx, UpstreamConfig config, LongSupplier nanoClock, long timeoutMillis, boolean stream) {
        this.vertx = vertx;
        this.config = config;
        this.nanoClock = nanoClock;
        this.deadlineNanos = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        long wait = stream ? Math.min(timeoutMillis, config.firstTokenTimeout().toMillis()) : timeoutMillis;
        this.timer = vertx.setTimer(Math.max(1, wait), id -> {
            fail(Kind.TIMEOUT, (stream ? "no token within " : "no answer within ") + wait + " ms");
            cancel();
        });
    }

    /// Never fails; completes once, on the event loop that began the attempt.
    public Future<Opened> opened() {
        return opened.future();
    }

    /// Resets the connection. Harmless on an attempt that has ended.
    public void cancel() {
        cancelled = true;
        vertx.cancelTimer(timer);
        if (request != null) {
            request.reset(CANCEL);
        }
    }

    void begin(HttpClient client, Target target, InstanceRequest what, InternalTrust trust) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(target.url() + what.path())
                .setConnectTimeout(config.connectTimeout().toMillis());
        client.request(options).onComplete(connected -> {
            if (connected.failed()) {
                fail(Kind.CONNECTION, reason(connected.cause()));
            } else {
                send(connected.result(), what, trust);
            }
        });
    }

    private void send(HttpClientRequest ready, InstanceRequest what, InternalTrust trust) {
        request = ready;
        if (cancelled) {
            ready.reset(CANCEL);
            return;
        }
        ready.headers().addAll(what.headers());
        ready.putHeader("Content-Type", "application/json")
                .putHeader("Accept", what.stream() ? "text/event-stream, application/json" : "application/json");
        trust.sign(ready.headers());
        // The response must be given its handlers before it may flow: that happens in the same turn of the event loop.
        ready.response().onComplete(answered -> {
            if (answered.failed()) {
                fail(kindOf(answered.cause()), reason(answered.cause()));
            } else if (what.stream() && answered.result().statusCode() == 200) {
                stream(answered.result());
            } else {
                whole(answered.result());
            }
        });
        ready.end(what.body());
    }

    private void whole(HttpClientResponse response) {
        Buffer body = Buffer.buffer();
        response.exceptionHandler(e -> fail(Kind.CONNECTION, reason(e)));
        response.handler(part -> {
            if (body.length() + (long) part.length() > config.maxAnswerBytes()) {
                fail(Kind.PROTOCOL, "the answer is larger than " + config.maxAnswerBytes() + " bytes");
                cancel();
            } else {
                body.appendBuffer(part);
            }
        });
        response.endHandler(end -> complete(new Opened.Whole(new Reply(
                response.statusCode(), response.getHeader("Content-Type"), response.getHeader("Retry-After"), body))));
    }

    private void stream(HttpClientResponse response) {
        String type = response.getHeader("Content-Type");
        if (type == null || !type.startsWith("text/event-stream")) {
            fail(Kind.PROTOCOL, "a stream was asked for and " + type + " came");
            cancel();
            return;
        }
        new TokenStream(vertx, config, nanoClock, deadlineNanos, response, this::cancel, this::complete).begin();
    }

    private void fail(Kind kind, String reason) {
        complete(new Opened.Failed(new Broken(kind, reason)));
    }

    private void complete(Opened outcome) {
        if (opened.tryComplete(outcome)) {
            vertx.cancelTimer(timer);
        }
    }

    private static Kind kindOf(Throwable cause) {
        return cause instanceof TimeoutException ? Kind.TIMEOUT : Kind.CONNECTION;
    }

    static String reason(Throwable cause) {
        String message = cause.getMessage();
        return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }
}
