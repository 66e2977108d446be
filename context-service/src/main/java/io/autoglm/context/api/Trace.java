package io.autoglm.context.api;

import io.autoglm.protocol.Headers;
import io.autoglm.protocol.TraceParent;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/// The id that ties the logs of all services together: taken from `traceparent` or `x-trace-id`, else made
/// here; in every log line and on every answer.
@Singleton
public final class Trace {
    private static final String MDC_KEY = "traceId";
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private static final SecureRandom RANDOM = new SecureRandom();

    @ServerRequestFilter(preMatching = true, priority = 1)
    public void begin(ContainerRequestContext request) {
        String id = id(request.getHeaderString("traceparent"), request.getHeaderString(Headers.TRACE_ID));
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

    static String id(@Nullable String traceparent, @Nullable String own) {
        return TraceParent.traceId(traceparent)
                .orElseGet(() -> own != null && WORD.matcher(own).matches() ? own : random());
    }

    private static String random() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
