package io.autoglm.gateway.queue;

/// What becomes of a request that wants to go to its model.
public sealed interface Turn {

    /// It may go, until it gives its slot back.
    record Go(Slot slot) implements Turn {}

    /// It may not.
    ///
    /// @param retryAfterSeconds at least 1
    record Shed(Reason reason, long retryAfterSeconds) implements Turn {}

    /// Why a request may not go.
    enum Reason {
        /// As many wait as may.
        FULL,
        /// It has waited as long as it may.
        TIMEOUT,
        /// This gateway goes away.
        DRAIN
    }
}
