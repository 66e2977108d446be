package io.autoglm.gateway.http;

import io.autoglm.protocol.Headers;
import io.autoglm.service.TraceId;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The two names of a request: the trace it belongs to, which the client may have begun, and the request's own
/// id, which only the gateway gives.
///
/// @param traceId   32 hex digits, or the client's own word
/// @param requestId `req_` and 32 hex digits
public record Trace(String traceId, String requestId) {
    private static final String ATTRIBUTE = "autoglm.trace";
    private static final Pattern HEX_32 = Pattern.compile("[0-9a-f]{32}");
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Gives a request its names and writes them on its answer.
    static Trace begin(RoutingContext rc) {
        Trace trace = new Trace(traceId(rc.request().headers()), "req_" + randomHex(16));
        rc.put(ATTRIBUTE, trace);
        rc.response().putHeader(Headers.TRACE_ID, trace.traceId).putHeader(Headers.REQUEST_ID, trace.requestId);
        return trace;
    }

    public static Trace of(RoutingContext rc) {
        Trace trace = rc.get(ATTRIBUTE);
        return trace == null ? begin(rc) : trace;
    }

    /// Passes both on to another service.
    public void propagate(MultiMap headers) {
        headers.set(Headers.TRACE_ID, traceId).set(Headers.REQUEST_ID, requestId);
        if (HEX_32.matcher(traceId).matches()) {
            headers.set("traceparent", "00-" + traceId + "-" + randomHex(8) + "-01");
        }
    }

    private static String traceId(MultiMap headers) {
        return TraceId.of(headers.get("traceparent"), headers.get(Headers.TRACE_ID));
    }

    private static String randomHex(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
