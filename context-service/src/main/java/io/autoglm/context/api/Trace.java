package io.autoglm.context.api;

import io.autoglm.protocol.Headers;
import io.autoglm.service.TraceId;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/// The id that ties the logs of all services together: taken from `traceparent` or `x-trace-id`, else made
/// here; in every log line and on every answer.
@Singleton
public final class Trace {
    private static final String MDC_KEY = "traceId";

    @ServerRequestFilter(preMatching = true, priority = 1)
    public void begin(ContainerRequestContext request) {
        String id = TraceId.of(request.getHeaderString("traceparent"), request.getHeaderString(Headers.TRACE_ID));
        request.setProperty(MDC_KEY, id);
        MDC.put(MDC_KEY, id);
    }

    @ServerResponseFilter
    public void end(ContainerRequestContext request, ContainerResponseContext response) {
        Object id = request.getProperty(MDC_KEY);
        if (id != null) {
            response.getHeaders().putSingle(Headers.TRACE_ID, id);
        }
    }
}
