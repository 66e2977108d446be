package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.batching.Priority;
import io.autoglm.protocol.Headers;
import io.autoglm.service.TraceId;
import io.autoglm.service.http.Farewell;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One request and its answer: what both kinds of answer need of HTTP. Made on the event loop; afterwards used by the
/// request's virtual thread.
final class Exchange {

    private static final Logger LOG = Logger.getLogger(Exchange.class);

    private final RoutingContext context;
    private final HttpServerResponse response;
    private final String id = UUID.randomUUID().toString().replace("-", "");
    private final String traceId;
    private final long startNanos = System.nanoTime();
    private final Duration longest;
    private final BooleanSupplier leaving;
    private final List<Runnable> onGone = new CopyOnWriteArrayList<>();
    private final List<Runnable> onEnd = new CopyOnWriteArrayList<>();

    /// Written by the event loop before it starts the request's thread, and by that thread when it has
    /// read it.
    private byte[] body = {};

    /// Of the thread that the body belongs to.
    private @Nullable Fields fields;

    private volatile boolean gone;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean closing;

    /// @param longest that a request may take
    /// @param leaving whether the instance is going away: connections are closed after their answer
    Exchange(RoutingContext context, Duration longest, BooleanSupplier leaving) {
        this.context = context;
        this.response = context.response();
        this.longest = longest;
        this.leaving = leaving;
        this.traceId = TraceId.of(
                context.request().getHeader("traceparent"), context.request().getHeader(Headers.TRACE_ID));
        response.putHeader(Headers.REQUEST_ID, id);
        response.putHeader(Headers.TRACE_ID, traceId);
        response.closeHandler(closed -> leave());
        response.exceptionHandler(failure -> leave());
    }

    /// Hex digits, the tail of the ids in answers.
    String id() {
        return id;
    }

    String traceId() {
        return traceId;
    }

    byte[] body() {
        return body;
    }

    /// Empty once it is a prompt.
    void body(byte[] bytes) {
        body = bytes;
        fields = null;
    }

    /// The body as an object, read when it is first asked for.
    ///
    /// @throws RefusedException if it is none
    Fields fields() {
        Fields read = fields;
        if (read == null) {
            read = Fields.of(JsonBody.read(body));
            fields = read;
        }
        return read;
    }

    HttpServerResponse response() {
        return response;
    }

    /// Whether the query says so.
    boolean query(String name) {
        return "true".equals(context.request().getParam(name));
    }

    @Nullable
    String pathParameter(String name) {
        return context.pathParam(name);
    }

    /// How long the caller will wait: what it says, at most what the configuration allows.
    Duration timeLimit() {
        String asked = context.request().getHeader(Headers.TIMEOUT_MILLIS);
        if (asked == null) {
            return longest;
        }
        try {
            Duration wait = Duration.ofMillis(Long.parseLong(asked.strip()));
            if (wait.isNegative() || wait.isZero()) {
                throw new RefusedException(new Refusal.TooLate("The time that the request allowed is over"));
            }
            return wait.compareTo(longest) < 0 ? wait : longest;
        } catch (NumberFormatException e) {
            throw RefusedException.invalid(
                    Headers.TIMEOUT_MILLIS,
                    "The header " + Headers.TIMEOUT_MILLIS + " must be a number of milliseconds");
        }
    }

    /// On the clock of {@link System#nanoTime}.
    long deadlineNanos() {
        return startNanos + timeLimit().toNanos();
    }

    /// Whether the time is over that the request itself allowed.
    boolean late() {
        return System.nanoTime() - deadlineNanos() >= 0;
    }

    /// Whether a stream should tell its tokens, so that it can go on elsewhere if this instance breaks.
    boolean resumable() {
        return "true".equals(context.request().getHeader(Headers.RESUMABLE));
    }

    Priority priority() {
        String asked = context.request().getHeader(Headers.PRIORITY);
        if (asked == null) {
            return Priority.DEFAULT;
        }
        return Priority.named(asked)
                .orElseThrow(() -> RefusedException.invalid(
                        Headers.PRIORITY, "The header " + Headers.PRIORITY + " must be interactive, default or bulk"));
    }

    /// Runs `action` when the client goes away before its answer is complete; at once if it is away already.
    void whenGone(Runnable action) {
        onGone.add(action);
        if (gone) {
            action.run();
        }
    }

    boolean gone() {
        return gone;
    }

    /// Runs `action` once, when the answer is given or the client has gone away; at once if it is so already.
    void onEnd(Runnable action) {
        AtomicBoolean run = new AtomicBoolean();
        Runnable once = () -> {
            if (run.compareAndSet(false, true)) {
                action.run();
            }
        };
        onEnd.add(once);
        if (over.get()) {
            once.run();
        }
    }

    private void ended() {
        if (over.compareAndSet(false, true)) {
            onEnd.forEach(Runnable::run);
        }
    }

    /// The connection is closed after this answer.
    void closeAfterwards() {
        closing = true;
    }

    void respond(JsonNode body) {
        respond(200, body);
    }

    void respond(int status, JsonNode body) {
        if (gone || response.ended()) {
            return;
        }
        response.setStatusCode(status).putHeader("content-type", "application/json");
        announceTheEnd();
        Future<Void> sent = response.end(Buffer.buffer(JsonBody.write(body)));
        ended();
        if (leaves()) {
            Farewell.after(sent, context.vertx(), context.request());
        }
    }

    /// The last bytes of a stream. An HTTP/1.x connection is closed behind it if it has `failed`, or if the
    /// instance leaves, which its head may have been too early to say.
    void end(Buffer last, boolean failed) {
        Future<Void> sent = response.end(last);
        ended();
        if (failed || leaves()) {
            Farewell.after(sent, context.vertx(), context.request());
        }
    }

    /// An answer that has begun cannot be refused any more: it is cut off, which the client cannot take for
    /// an end.
    void refuse(ErrorBody refusal) {
        if (gone || response.ended()) {
            return;
        }
        if (response.headWritten()) {
            LOG.errorf("an answer broke off traceId=%s", traceId);
            cutOff();
            return;
        }
        if (refusal.retryAfterSeconds() > 0) {
            response.putHeader("retry-after", Integer.toString(refusal.retryAfterSeconds()));
        }
        if (refusal.close()) {
            closeAfterwards();
        }
        respond(refusal.status(), refusal.json());
    }

    void startStream() {
        if (gone) {
            return;
        }
        response.setChunked(true)
                .putHeader("content-type", "text/event-stream; charset=utf-8")
                .putHeader("cache-control", "no-cache")
                .putHeader("x-accel-buffering", "no");
        announceTheEnd();
    }

    /// Ends this answer in its middle: the connection of HTTP/1.x, the stream of HTTP/2.
    void cutOff() {
        response.reset();
    }

    private boolean leaves() {
        return closing || leaving.getAsBoolean();
    }

    private void announceTheEnd() {
        if (leaves()) {
            Farewell.announce(context.request());
        }
    }

    private void leave() {
        if (!response.ended()) {
            gone = true;
            onGone.forEach(Runnable::run);
        }
        ended();
    }
}
