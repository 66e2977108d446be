package io.autoglm.gateway.admission;

import io.autoglm.gateway.identity.Quota;

/// What one caller has used. Guarded by its own monitor; held for nanoseconds.
final class Account {
    private final Quota quota;
    private final TokenBucket bucket;
    private int open;

    Account(Quota quota, long nowNanos) {
        this.quota = quota;
        this.bucket = new TokenBucket(quota.requestsPerMinute(), nowNanos);
    }

    /// Concurrency is looked at first, so that a request which is not let in costs no token.
    synchronized Decision admit(long nowNanos) {
        if (open >= quota.maxConcurrent()) {
            return new Decision.Shed(
                    "The limit of " + quota.maxConcurrent() + " concurrent requests is reached.", 1, usage(nowNanos));
        }
        if (!bucket.tryTake(nowNanos)) {
            return new Decision.Shed(
                    "The limit of " + quota.requestsPerMinute() + " requests per minute is reached.",
                    wholeSeconds(bucket.nanosUntilNext(nowNanos)),
                    usage(nowNanos));
        }
        open++;
        return new Decision.Admitted(new Permit(this), usage(nowNanos));
    }

    synchronized void release() {
        if (open == 0) {
            throw new IllegalStateException("more permits came back than were given");
        }
        open--;
    }

    synchronized int open() {
        return open;
    }

    Quota quota() {
        return quota;
    }

    /// An account with nothing open and a full bucket equals a new one, so forgetting it forgets nothing.
    synchronized boolean tellsNothing(long nowNanos) {
        return open == 0 && bucket.remaining(nowNanos) == bucket.capacity();
    }

    private Usage usage(long nowNanos) {
        return new Usage(bucket.capacity(), bucket.remaining(nowNanos), wholeSeconds(bucket.nanosUntilFull(nowNanos)));
    }

    private static long wholeSeconds(long nanos) {
        return Math.max(1, (nanos + 999_999_999) / 1_000_000_000);
    }
}
