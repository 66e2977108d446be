package io.autoglm.gateway.chat;

import io.autoglm.gateway.upstream.Fault;
import io.autoglm.protocol.placement.LeaseOutcome.Result;

/// How a request ended, and what the scheduler is told of it. Only {@link #FAILED} names an instance as the
/// cause; the protocol's `refused` is what "says nothing about the instance".
enum End {
    OK(Result.OK, 200),
    CLIENT_GONE(Result.CLIENT_GONE, 499),
    /// The request is at fault.
    REFUSED(Result.REFUSED, 400),
    /// Nobody has room.
    BUSY(Result.REFUSED, 503),
    /// The request's own time was up.
    DEADLINE(Result.REFUSED, 504),
    /// An instance broke.
    FAILED(Result.FAILED, 502),
    /// This gateway broke.
    INTERNAL(Result.REFUSED, 500);

    private final Result result;
    private final int status;

    End(Result result, int status) {
        this.result = result;
        this.status = status;
    }

    static End of(Fault fault) {
        return switch (fault) {
            case INSTANCE -> FAILED;
            case BUSY -> BUSY;
            case DEADLINE -> DEADLINE;
            case REQUEST -> REFUSED;
        };
    }

    Result result() {
        return result;
    }

    /// The status of such an end in logs and metrics, where the answer's own says less: a stream has begun with 200.
    int status() {
        return status;
    }
}
