package io.autoglm.scheduler.access;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The id that ties the logs of all services together.
final class TraceId {
    private TraceId() {}

    private static final Pattern GIVEN = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    /// [W3C Trace Context](https://www.w3.org/TR/trace-context/#traceparent-header), version 00 and what follows
    /// it.
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

    /// The one of `traceparent`, else the one of `x-trace-id` where it can stand in a log line, else a new one.
    static String of(@Nullable String given, @Nullable String traceparent) {
        if (traceparent != null) {
            Matcher matcher = TRACEPARENT.matcher(traceparent);
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        return given != null && GIVEN.matcher(given).matches() ? given : fresh();
    }

    private static String fresh() {
        HexFormat hex = HexFormat.of();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }
}
