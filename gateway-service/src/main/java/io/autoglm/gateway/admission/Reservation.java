package io.autoglm.gateway.admission;

import io.autoglm.gateway.quota.Claim;
import io.autoglm.gateway.quota.Tokens;
import java.util.concurrent.atomic.AtomicBoolean;

/// What an admitted request has reserved. It is settled once: a second time changes nothing.
public final class Reservation {
    /// Who has counted it.
    enum Counted {
        /// Redis and, for the day it goes away, this gateway.
        BY_ALL,
        /// Redis alone.
        BY_REDIS,
        /// This gateway alone.
        BY_GATEWAY,
        /// Nobody: it has no limits.
        BY_NOBODY
    }

    private final Admission admission;
    private final Claim claim;
    private final Claim share;
    private final String model;
    private final Counted counted;
    private final AtomicBoolean settled = new AtomicBoolean();

    /// @param share of this gateway
    Reservation(Admission admission, Claim claim, Claim share, String model, Counted counted) {
        this.admission = admission;
        this.claim = claim;
        this.share = share;
        this.model = model;
        this.counted = counted;
    }

    /// What it was thought to cost.
    public Tokens reserved() {
        return claim.reserved();
    }

    /// Gives back what is held, and counts what the request has really cost. Nobody waits for it.
    public void settle(Tokens real) {
        if (settled.compareAndSet(false, true)) {
            admission.settle(this, real);
        }
    }

    boolean isOpen() {
        return !settled.get();
    }

    Claim claim() {
        return claim;
    }

    Claim share() {
        return share;
    }

    String model() {
        return model;
    }

    Counted counted() {
        return counted;
    }
}
