package io.autoglm.gateway.admission;

/// What admission says to one request.
public sealed interface Decision {
    Usage usage();

    /// The request may run until it releases its permit.
    record Admitted(Permit permit, Usage usage) implements Decision {}

    /// @param retryAfterSeconds when the same request would have a chance; at least 1
    record Shed(String message, long retryAfterSeconds, Usage usage) implements Decision {}
}
