package io.autoglm.service;

import io.autoglm.protocol.TraceParent;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The id that ties the logs of all services together.
public final class TraceId {
    private TraceId() {}

    private static final Pattern GIVEN = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /// The one of `traceparent`, else the one of `x-trace-id` where it can stand in a log line, else a new one.
    public static String of(@Nullable String traceparent, @Nullable String given) {
        return TraceParent.traceId(traceparent)
                .orElseGet(() -> given != null && GIVEN.matcher(given).matches() ? given : fresh());
    }

    private static String fresh() {
        HexFormat hex = HexFormat.of();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }
}
