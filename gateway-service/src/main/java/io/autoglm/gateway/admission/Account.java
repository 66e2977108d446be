package io.autoglm.gateway.admission;

import io.autoglm.gateway.admission.Decision.Limit;
import io.autoglm.gateway.identity.Quota;
import io.autoglm.service.http.HeldBytes;

/// What one caller has used. Guarded by its own monitor; held for nanoseconds.
final class Account {
    private Quota quota;
    private TokenBucket bucket;
    private int open;
    /// Of the bodies of its open requests.
    private final HeldBytes bodies = new HeldBytes();

    Account(Quota quota, long nowNanos) {
        this.quota = quota;
        this.bucket = new TokenBucket(quota.requestsPerMinute(), nowNanos);
    }

    /// A quota that has changed is in force at once. What is open stays counted, and what was spent stays
    /// spent. Concurrency is looked at first, so that a request which is not let in costs no token.
    synchronized Decision admit(Quota granted, long nowNanos) {
        if (!quota.equals(granted)) {
            quota = granted;
            bucket = bucket.resized(granted.requestsPerMinute(), nowNanos);
        }
        if (open >= quota.maxConcurrent()) {
            return new Decision.Shed(
                    Limit.CONCURRENCY,
                    "The limit of " + quota.maxConcurrent() + " concurrent requests is reached.",
                    1,
                    usage(nowNanos));
        }
        if (!bucket.tryTake(nowNanos)) {
            return new Decision.Shed(
                    Limit.RATE,
                    "The limit of " + quota.requestsPerMinute() + " requests per minute is reached.",
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

    private static long wholeSeconds(long nanos) {
        return Math.max(1, (nanos + 999_999_999) / 1_000_000_000);
    }
}
