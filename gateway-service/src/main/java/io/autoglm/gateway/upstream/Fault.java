package io.autoglm.gateway.upstream;

/// Why a request came to nothing, as far as it says something about the instance it was sent to.
public enum Fault {
    /// It broke, which counts against it.
    INSTANCE,
    /// It, or this gateway's way to it, is full. That is no illness: an instance taken out for it leaves the
    /// rest with its load.
    BUSY,
    /// It does not serve the model any more, though others may: it was unloaded since the request was placed.
    ABSENT,
    /// The request's own time was up.
    DEADLINE,
    /// The request cannot be answered by any instance.
    REQUEST
}
