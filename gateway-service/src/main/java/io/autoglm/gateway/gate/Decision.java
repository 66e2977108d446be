package io.autoglm.gateway.gate;

import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.RateHeaders;

/// What the gate says to one request.
public sealed interface Decision {

    /// How the account stood when it was last told.
    RateHeaders rates();

    /// The request may be read until it releases its permit.
    record Admitted(Permit permit, RateHeaders rates) implements Decision {}

    /// @param retryAfterSeconds when the same request would have a chance; at least 1
    record Shed(Limit limit, String message, long retryAfterSeconds, RateHeaders rates) implements Decision {}
}
