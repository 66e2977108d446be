package io.autoglm.protocol;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The `traceparent` header of [W3C Trace Context](https://www.w3.org/TR/trace-context/#traceparent-header),
/// read in one way by all services: version `ff` and all-zero ids are invalid, version 00 is exactly four
/// fields, and a later version is read by those four fields, whatever follows them behind a dash.
public final class TraceParent {
    private TraceParent() {}

    private static final Pattern VALID = Pattern.compile(
            "(?:00(?=.{53}$)|(?!00|ff)[0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?");

    /// @param header null where none came
    /// @return 32 lower-case hexadecimal digits; empty where the header is absent or invalid
    public static Optional<String> traceId(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        Matcher matcher = VALID.matcher(header);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
