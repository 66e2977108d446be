package io.autoglm.gateway.chat;

import io.autoglm.gateway.upstream.Fault;
import io.autoglm.protocol.placement.LeaseOutcome.Result;

/// How a request ended, and what the scheduler is told of it. Only {@link #FAILED} names an instance as the
/// cause.
enum End {
    OK(Result.OK),
    CLIENT_GONE(Result.CLIENT_GONE),
    /// The request is at fault.
    REFUSED(Result.REFUSED),
    /// Nobody has room.
    BUSY(Result.REFUSED),
    /// The request's own time was up.
    DEADLINE(Result.REFUSED),
    /// An instance broke.
    FAILED(Result.FAILED),
    /// This gateway broke.
    INTERNAL(Result.REFUSED);

    private final Result result;

    End(Result result) {
        this.result = result;
    }

    static End of(Fault fault) {
        return switch (fault) {
            case INSTANCE -> FAILED;
            case BUSY -> BUSY;
            case DEADLINE -> DEADLINE;
            case ABSENT, REQUEST -> REFUSED;
        };
    }

    Result result() {
        return result;
    }
}
