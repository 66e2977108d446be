package io.autoglm.gateway.chat;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.upstream.Reply;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.placement.Lease.Target;
import io.vertx.core.http.HttpServerResponse;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The head of what the client gets, and every answer that has no more than one part. Confined to the event
/// loop of its request.
final class Answer {
    private final HttpServerResponse response;
    private final ProblemWriter problems;
    private final LongSupplier nanoClock;
    private final long arrivedNanos;

    Answer(HttpServerResponse response, ProblemWriter problems, LongSupplier nanoClock, long arrivedNanos) {
        this.response = response;
        this.problems = problems;
        this.nanoClock = nanoClock;
        this.arrivedNanos = arrivedNanos;
    }

    /// Which instance answers, how long it took until now, and what the answer lacks.
    ///
    /// @param placed why the request was placed without the scheduler; null where it was not
    void mark(@Nullable String placed, @Nullable Target target, boolean forgotten) {
        long tookNanos = nanoClock.getAsLong() - arrivedNanos;
        response.putHeader("openai-processing-ms", Long.toString(TimeUnit.NANOSECONDS.toMillis(tookNanos)));
        if (target != null) {
            response.putHeader(Headers.INSTANCE, target.id());
        }
        StringJoiner degraded = new StringJoiner(", ").setEmptyValue("");
        @Nullable String before = response.headers().get(Headers.DEGRADED);
        if (before != null) {
            degraded.add(before);
        }
        if (placed != null) {
            degraded.add(placed);
        }
        if (forgotten) {
            degraded.add("not-remembered");
        }
        if (degraded.length() > 0) {
            response.putHeader(Headers.DEGRADED, degraded.toString());
        }
    }

    /// The instance's own status and body.
    void pass(Reply reply) {
        response.setStatusCode(reply.status())
                .putHeader("Content-Type", reply.contentType() == null ? "application/json" : reply.contentType());
        if (reply.retryAfter() != null) {
            response.putHeader("Retry-After", reply.retryAfter());
        }
        response.end(reply.body());
    }

    void beginStream() {
        response.setStatusCode(200)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-cache")
                .putHeader("X-Accel-Buffering", "no")
                .setChunked(true);
    }

    /// As a whole answer, or as the last event of a stream that has begun.
    void fail(Problem problem) {
        if (response.headWritten() && !response.ended()) {
            response.end(problems.event(problem));
        } else {
            problems.write(response, problem);
        }
    }

    /// Closes the connection (HTTP/2: the stream): the client can tell an answer cut off from one that ended.
    void cutOff() {
        if (!response.ended()) {
            response.reset();
        }
    }
}
