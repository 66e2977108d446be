package io.autoglm.gateway.upstream;

/// An attempt that brought no usable answer.
public record Broken(Kind kind, String reason) {
    public enum Kind {
        /// No connection, or it was closed or reset.
        CONNECTION(Fault.INSTANCE),
        /// The stream began with an error.
        STATUS(Fault.INSTANCE),
        /// No first token, or no further event, within its time.
        TIMEOUT(Fault.INSTANCE),
        /// What came is no answer: a stream without an end, a body beyond the limit, an unexpected type.
        PROTOCOL(Fault.INSTANCE),
        /// The stream began with the news that the instance has no room.
        BUSY(Fault.BUSY),
        /// All connections that this gateway opens to one instance are in use, and as many requests as may wait
        /// do.
        CROWDED(Fault.BUSY),
        /// The request's own time was up.
        DEADLINE(Fault.DEADLINE);

        private final Fault fault;

        Kind(Fault fault) {
            this.fault = fault;
        }
    }

    public Fault fault() {
        return kind.fault;
    }
}
