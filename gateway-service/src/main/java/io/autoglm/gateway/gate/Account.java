package io.autoglm.gateway.gate;

import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.RateHeaders;
import io.autoglm.service.http.HeldBytes;
import org.jspecify.annotations.Nullable;

/// What one caller has asked of this gateway. Guarded by its own monitor; held for nanoseconds.
final class Account {
    private Limits limits;
    private TokenBucket bucket;
    private int open;
    private RateHeaders rates;
    /// Of the bodies of its open requests.
    private final HeldBytes bodies = new HeldBytes();

    Account(Limits limits, long nowNanos) {
        this.limits = limits;
        this.bucket = new TokenBucket(orMany(limits.requestsPerMinute()), nowNanos);
        this.rates = RateHeaders.NONE;
    }

    /// Limits that have changed are in force at once. What is open stays counted, and what was spent stays
    /// spent. Concurrency is looked at first, so that a request which is not let in costs no token.
    synchronized Decision admit(Limits granted, RateHeaders untouched, long nowNanos) {
        if (rates.equals(RateHeaders.NONE)) {
            rates = untouched;
        }
        if (!limits.equals(granted)) {
            limits = granted;
            bucket = bucket.resized(orMany(granted.requestsPerMinute()), nowNanos);
        }
        if (open >= orMany(limits.maxConcurrent())) {
            return new Decision.Shed(
                    Limit.CONCURRENCY,
                    "This gateway takes at most " + orMany(limits.maxConcurrent())
                            + " requests of this caller at once.",
                    1,
                    rates);
        }
        if (!bucket.tryTake(nowNanos)) {
            return new Decision.Shed(
                    Limit.REQUESTS_PER_MINUTE,
                    "This gateway takes at most " + orMany(limits.requestsPerMinute())
                            + " requests of this caller a minute.",
                    wholeSeconds(bucket.nanosUntilNext(nowNanos)),
                    rates);
        }
        open++;
        return new Decision.Admitted(new Permit(this), rates);
    }

    HeldBytes bodies() {
        return bodies;
    }

    synchronized void release() {
        if (open == 0) {
            throw new IllegalStateException("more permits came back than were given");
        }
        open--;
    }

    /// An account with nothing open and a full bucket equals a new one, so forgetting it forgets nothing.
    synchronized boolean tellsNothing(long nowNanos) {
        return open == 0 && bucket.remaining(nowNanos) == bucket.capacity();
    }

    /// How it stands by its limits.
    synchronized void stands(RateHeaders told) {
        rates = told;
    }

    private static int orMany(@Nullable Integer limit) {
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    private static long wholeSeconds(long nanos) {
        return Math.max(1, (nanos + 999_999_999) / 1_000_000_000);
    }
}
