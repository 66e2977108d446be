package io.autoglm.gateway.upstream;

import io.autoglm.gateway.http.InternalTrust;
import io.autoglm.gateway.upstream.Broken.Kind;
import io.autoglm.protocol.placement.Lease.Target;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One request to one instance, until it is clear what came of it. Confined to one event loop.
///
/// 1. connect (or take a pooled connection) and send. A pooled connection that dies at once, before a byte of
///    the answer, was most likely closed for its age while the request was on its way: that is repeated once,
///    on a fresh one
/// 2. status and type: a whole answer is read to its end, a stream up to its first token
/// 3. {@link #opened()} completes, once; a stream then lives on in its {@link TokenStream}
///
/// `cancel` at any time resets the connection, by which the instance knows that nobody listens any more.
public final class Attempt {
    /// RFC 9113 error code CANCEL; on HTTP/1.1 any reset closes the connection.
    private static final long CANCEL = 8;
    /// A connection closed for its age says so within a round trip. One that dies later dies with the work on
    /// this request, which may well be what killed the instance.
    private static final Duration REPEAT_WITHIN = Duration.ofSeconds(1);

    private static final Logger LOG = Logger.getLogger(Attempt.class);

    private final Vertx vertx;
    private final Context context;
    private final UpstreamConfig config;
    private final LongSupplier nanoClock;
    private final Target target;
    private final long deadlineNanos;
    private final Consumer<Attempt> onEnd;
    private final Promise<Opened> opened = Promise.promise();
    private final long timer;

    /// Null once it is clear what came of it: a long answer must not keep its question.
    private @Nullable InstanceRequest what;

    private @Nullable HttpClientRequest request;
    private @Nullable TokenStream stream;
    private boolean cancelled;

    /// @param onEnd told when nothing more will come of this attempt, perhaps more than once
    Attempt(
            Vertx vertx,
            UpstreamConfig config,
            LongSupplier nanoClock,
            long timeoutMillis,
            Target target,
            InstanceRequest what,
            Consumer<Attempt> onEnd) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.config = config;
        this.nanoClock = nanoClock;
        this.target = target;
        this.what = what;
        this.onEnd = onEnd;
        this.deadlineNanos = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        long patienceMillis = config.firstTokenTimeout().toMillis();
        boolean impatient = what.stream() && patienceMillis < timeoutMillis;
        long waitMillis = Math.max(1, impatient ? patienceMillis : timeoutMillis);
        this.timer = vertx.setTimer(waitMillis, late -> {
            if (impatient) {
                fail(Kind.TIMEOUT, "no token within " + waitMillis + " ms");
            } else {
                fail(Kind.DEADLINE, "the request's time was up after " + waitMillis + " ms");
            }
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
        onEnd.accept(this);
        if (request != null) {
            request.reset(CANCEL);
        }
    }

    Target target() {
        return target;
    }

    /// May be called from any thread.
    void instanceGone() {
        context.runOnContext(go -> {
            TokenStream flowing = stream;
            if (flowing != null) {
                flowing.fail(Kind.CONNECTION, "the instance is gone");
            }
            fail(Kind.CONNECTION, "the instance is gone");
            cancel();
        });
    }

    void begin(Connections connections, InternalTrust trust) {
        InstanceRequest asked = what;
        if (asked != null) {
            connect(connections, trust, asked, false);
        }
    }

    private void connect(Connections connections, InternalTrust trust, InstanceRequest asked, boolean again) {
        String uri = target.url() + asked.path();
        Future<HttpClientRequest> connecting;
        try {
            connecting = again ? connections.fresh(uri) : connections.pooled(uri);
        } catch (RuntimeException e) {
            fail(Kind.CONNECTION, reason(e));
            return;
        }
        connecting.onComplete(connected -> {
            if (connected.failed()) {
                fail(Connections.kindOf(connected.cause()), reason(connected.cause()));
                return;
            }
            HttpClientRequest ready = connected.result();
            boolean grownOld = connections.reused(ready.connection()) && !again;
            long sentNanos = nanoClock.getAsLong();
            send(ready, trust, asked, cause -> {
                boolean atOnce = nanoClock.getAsLong() - sentNanos <= REPEAT_WITHIN.toNanos();
                if (grownOld && atOnce && !cancelled && !opened.future().isComplete()) {
                    connect(connections, trust, asked, true);
                } else {
                    fail(kindOf(cause), reason(cause));
                }
            });
        });
    }

    /// @param unanswered told when the connection ends before the answer's head
    private void send(
            HttpClientRequest ready, InternalTrust trust, InstanceRequest asked, Consumer<Throwable> unanswered) {
        request = ready;
        // What ends the request also ends its answer, where it is dealt with.
        ready.exceptionHandler(e -> LOG.debugf("request ended instance=%s reason=%s", target.id(), reason(e)));
        if (cancelled) {
            ready.reset(CANCEL);
            return;
        }
        ready.headers().addAll(asked.headers());
        ready.putHeader("Content-Type", "application/json")
                .putHeader("Accept", asked.stream() ? "text/event-stream, application/json" : "application/json");
        trust.sign(ready.headers());
        boolean wantsStream = asked.stream();
        // The response must be given its handlers before it may flow: that happens in the same turn of the event loop.
        ready.response().onComplete(answered -> {
            if (answered.failed()) {
                unanswered.accept(answered.cause());
            } else if (wantsStream && answered.result().statusCode() == 200) {
                stream(answered.result());
            } else {
                whole(answered.result());
            }
        });
        ready.end(asked.body());
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
        response.endHandler(end -> {
            onEnd.accept(this);
            complete(new Opened.Whole(new Reply(
                    response.statusCode(),
                    response.getHeader("Content-Type"),
                    response.getHeader("Retry-After"),
                    body)));
        });
    }

    private void stream(HttpClientResponse response) {
        String type = response.getHeader("Content-Type");
        if (type == null || !type.startsWith("text/event-stream")) {
            fail(Kind.PROTOCOL, "a stream was asked for and " + type + " came");
            cancel();
            return;
        }
        TokenStream tokens = new TokenStream(vertx, config, nanoClock, deadlineNanos, response, new Owner());
        stream = tokens;
        tokens.begin();
    }

    private final class Owner implements TokenStream.Owner {
        @Override
        public void announce(Opened outcome) {
            complete(outcome);
        }

        @Override
        public void reset() {
            cancel();
        }

        @Override
        public void over() {
            onEnd.accept(Attempt.this);
        }
    }

    private void fail(Kind kind, String reason) {
        onEnd.accept(this);
        complete(new Opened.Failed(new Broken(kind, reason)));
    }

    private void complete(Opened outcome) {
        what = null;
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
