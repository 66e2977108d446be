package io.autoglm.gateway.admission;

import io.autoglm.gateway.quota.RateHeaders;
import io.autoglm.gateway.quota.Verdict;

/// What admission says to one request.
public sealed interface Outcome {
    /// Why an answer is less than it could be, while limits are not counted for all gateways at once.
    String LIMITS_LOCAL = "limits-local";

    RateHeaders rates();

    /// Whether this gateway alone has counted, because Redis is away.
    boolean local();

    /// The request may run; its reservation is to be settled.
    record Admitted(Reservation reservation, RateHeaders rates, boolean local) implements Outcome {}

    record Refused(Verdict.Refused why, boolean local) implements Outcome {
        @Override
        public RateHeaders rates() {
            return new RateHeaders(why.allowances());
        }
    }
}
