package io.autoglm.scheduler.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.protocol.Headers;
import io.autoglm.scheduler.errors.Problem;
import io.autoglm.service.Drain;
import io.autoglm.service.InternalToken;
import io.autoglm.service.TraceId;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.MDC;

/// Before every route of the service's own port: the trace id is taken or made, and the caller's token is checked.
@Singleton
final class Gate {
    private static final int FIRST = 1000;

    private final InternalToken token;
    private final Drain drain;
    private final ObjectMapper json;

    Gate(InternalToken token, Drain drain, ObjectMapper json) {
        this.token = token;
        this.drain = drain;
        this.json = json;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FIRST);
    }

    private void check(RoutingContext context) {
        var request = context.request();
        String trace = TraceId.of(request.getHeader("traceparent"), request.getHeader(Headers.TRACE_ID));
        context.response().putHeader(Headers.TRACE_ID, trace);
        MDC.put("traceId", trace);
        // In HTTP/2 the header is forbidden; there the connection says by itself when it is about to close.
        if (drain.hasBegun() && request.version() != HttpVersion.HTTP_2) {
            context.response().putHeader("connection", "close");
        }
        if (token.accepts(request.getHeader(Headers.INTERNAL_TOKEN))) {
            context.next();
            return;
        }
        Problem problem = Problem.unauthenticated();
        context.response()
                .setStatusCode(problem.status())
                .putHeader("content-type", "application/json")
                .end(body(problem));
    }

    private String body(Problem problem) {
        try {
            return json.writeValueAsString(problem.body());
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException("an error body could not be written", bug);
        }
    }
}
