package io.autoglm.gateway.gate;

/// `tokens(t) = min(capacity, tokens(t₀) + (t − t₀) · capacity / 60 s)`: a caller may send `capacity` requests
/// at once and `capacity` a minute for ever. Not thread-safe; its {@link Account} guards it. Times are
/// `System.nanoTime` values.
final class TokenBucket {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final int capacity;
    private double tokens;
    private long updatedNanos;

    TokenBucket(int perMinute, long nowNanos) {
        if (perMinute < 1) {
            throw new IllegalArgumentException("perMinute: must be 1 or more, was " + perMinute);
        }
        this.capacity = perMinute;
        this.tokens = perMinute;
        this.updatedNanos = nowNanos;
    }

    /// A bucket of another size from which as much has been taken as from this one.
    TokenBucket resized(int perMinute, long nowNanos) {
        refill(nowNanos);
        TokenBucket other = new TokenBucket(perMinute, nowNanos);
        other.tokens = Math.max(0, perMinute - (capacity - tokens));
        return other;
    }

    boolean tryTake(long nowNanos) {
        refill(nowNanos);
        if (tokens < 1) {
            return false;
        }
        tokens -= 1;
        return true;
    }

    int capacity() {
        return capacity;
    }

    /// Whole requests that could be sent now.
    int remaining(long nowNanos) {
        refill(nowNanos);
        return (int) tokens;
    }

    /// Until one request could be sent; 0 when it can be now.
    long nanosUntilNext(long nowNanos) {
        refill(nowNanos);
        return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) * NANOS_PER_MINUTE / capacity);
    }

    /// Until the bucket is full.
    long nanosUntilFull(long nowNanos) {
        refill(nowNanos);
        return (long) Math.ceil((capacity - tokens) * NANOS_PER_MINUTE / capacity);
    }

    private void refill(long nowNanos) {
        // A clock read on another core may be a little older than the last one: time never runs backwards here.
        long elapsed = Math.max(0, nowNanos - updatedNanos);
        tokens = Math.min(capacity, tokens + elapsed * (capacity / NANOS_PER_MINUTE));
        updatedNanos += elapsed;
    }
}
