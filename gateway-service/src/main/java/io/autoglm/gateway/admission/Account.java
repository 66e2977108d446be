package io.autoglm.gateway.admission;

import io.autoglm.gateway.admission.Decision.Limit;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.service.http.HeldBytes;
import org.jspecify.annotations.Nullable;

/// What one caller has used. Guarded by its own monitor; held for nanoseconds.
final class Account {
    private Limits limits;
    private TokenBucket bucket;
    private int open;
    /// Of the bodies of its open requests.
    private final HeldBytes bodies = new HeldBytes();

    Account(Limits limits, long nowNanos) {
        this.limits = limits;
        this.bucket = new TokenBucket(orMany(limits.requestsPerMinute()), nowNanos);
    }

    /// Limits that have changed are in force at once. What is open stays counted, and what was spent stays
    /// spent. Concurrency is looked at first, so that a request which is not let in costs no token.
    synchronized Decision admit(Limits granted, long nowNanos) {
        if (!limits.equals(granted)) {
            limits = granted;
            bucket = bucket.resized(orMany(granted.requestsPerMinute()), nowNanos);
        }
        if (open >= orMany(limits.maxConcurrent())) {
            return new Decision.Shed(
                    Limit.CONCURRENCY,
                    "The limit of " + orMany(limits.maxConcurrent()) + " concurrent requests is reached.",
                    1,
                    usage(nowNanos));
        }
        if (!bucket.tryTake(nowNanos)) {
            return new Decision.Shed(
                    Limit.RATE,
                    "The limit of " + orMany(limits.requestsPerMinute()) + " requests per minute is reached.",
                    wholeSeconds(bucket.nanosUntilNext(nowNanos)),
                    usage(nowNanos));
        }
        open++;
        return new Decision.Admitted(new Permit(this), usage(nowNanos));
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

    private Usage usage(long nowNanos) {
        return new Usage(bucket.capacity(), bucket.remaining(nowNanos), wholeSeconds(bucket.nanosUntilFull(nowNanos)));
    }

    private static int orMany(@Nullable Integer limit) {
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    private static long wholeSeconds(long nanos) {
        return Math.max(1, (nanos + 999_999_999) / 1_000_000_000);
    }
}
