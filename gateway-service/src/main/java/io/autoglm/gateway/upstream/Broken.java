package io.autoglm.gateway.upstream;

/// An attempt that brought no usable answer.
public record Broken(Kind kind, String reason) {
    public enum Kind {
        /// No connection, or it was closed or reset.
        CONNECTION,
        /// 500, 502, 503 or 504.
        STATUS,
        /// Nothing came in time.
        TIMEOUT,
        /// What came is no answer: a stream without an end, a body beyond the limit, an unexpected type.
        PROTOCOL
    }
}
