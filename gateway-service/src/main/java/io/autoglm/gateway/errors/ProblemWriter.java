package io.autoglm.gateway.errors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;

/// Writes a {@link Problem} as an answer, or as the last event of a stream that has begun.
@Singleton
public final class ProblemWriter {
    private final ObjectMapper json;

    ProblemWriter(ObjectMapper json) {
        this.json = json;
    }

    /// Does nothing on a response that has ended or whose client has gone.
    ///
    /// @return completes when the answer was written
    public Future<Void> write(HttpServerResponse response, Problem problem) {
        if (response.ended() || response.closed()) {
            return Future.succeededFuture();
        }
        if (problem.retryAfterSeconds() > 0) {
            response.putHeader("Retry-After", Long.toString(problem.retryAfterSeconds()));
        }
        if (problem.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        return response.setStatusCode(problem.status())
                .putHeader("Content-Type", "application/json")
                .end(body(problem));
    }

    /// `data: {"error":{…}}` and a blank line: how a stream says that it failed. No `[DONE]` follows it.
    public Buffer event(Problem problem) {
        return Buffer.buffer("data: ").appendBuffer(body(problem)).appendString("\n\n");
    }

    private Buffer body(Problem problem) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(problem.body()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an error body could not be written", e);
        }
    }
}
