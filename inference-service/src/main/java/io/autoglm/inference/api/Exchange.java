package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.batching.Priority;
import io.autoglm.protocol.Headers;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One request and its answer: what both kinds of answer need of HTTP. Made on the event loop; afterwards used by the
/// request's virtual thread.
final class Exchange {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Pattern TRACE_PARENT =
            Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

    private final RoutingContext context;
    private final HttpServerResponse response;
    private final String id = UUID.randomUUID().toString().replace("-", "");
    private final String traceId;
    private final long startNanos = System.nanoTime();
    private final Duration longest;
    private final List<Runnable> onGone = new CopyOnWriteArrayList<>();
    private volatile boolean gone;
    private volatile boolean closing;

    /// @param longest that a request may take
    Exchange(RoutingContext context, Duration longest) {
        this.context = context;
        this.response = context.response();
        this.longest = longest;
        this.traceId = traceId(context.request());
        response.putHeader(Headers.REQUEST_ID, id);
        response.putHeader(Headers.TRACE_ID, traceId);
        response.closeHandler(closed -> leave());
        response.exceptionHandler(failure -> leave());
        context.request().exceptionHandler(failure -> leave());
    }

    /// Hex digits, the tail of the ids in answers.
    String id() {
        return id;
    }

    String traceId() {
        return traceId;
    }

    byte[] body() {
        Buffer body = context.body().buffer();
        return body == null ? new byte[0] : body.getBytes();
    }

    HttpServerResponse response() {
        return response;
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

    boolean late() {
        return System.nanoTime() - startNanos > longest.toNanos();
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
        closeIfAsked();
        response.end(Buffer.buffer(JsonBody.write(body)));
    }

    void refuse(ErrorBody refusal) {
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
        closeIfAsked();
    }

    void close() {
        context.request().connection().close();
    }

    private void closeIfAsked() {
        if (closing) {
            response.putHeader("connection", "close");
        }
    }

    private void leave() {
        if (!response.ended()) {
            gone = true;
            onGone.forEach(Runnable::run);
        }
    }

    private static String traceId(HttpServerRequest request) {
        String given = request.getHeader(Headers.TRACE_ID);
        if (given != null && ID.matcher(given).matches()) {
            return given;
        }
        String parent = request.getHeader("traceparent");
        var match = parent == null ? null : TRACE_PARENT.matcher(parent.toLowerCase(Locale.ROOT));
        return match != null && match.matches()
                ? match.group(1)
                : UUID.randomUUID().toString().replace("-", "");
    }
}
