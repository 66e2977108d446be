package io.autoglm.gateway.admission;

/// What admission says to one request.
public sealed interface Decision {
    /// Which limit refused a request.
    enum Limit {
        /// Requests per minute.
        RATE,
        /// Requests at once.
        CONCURRENCY,
        /// Callers that are counted at once.
        ACCOUNTS
    }

    Usage usage();

    /// The request may run until it releases its permit.
    record Admitted(Permit permit, Usage usage) implements Decision {}

    /// @param retryAfterSeconds when the same request would have a chance; at least 1
    record Shed(Limit limit, String message, long retryAfterSeconds, Usage usage) implements Decision {}
}
