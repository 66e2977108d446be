package io.autoglm.gateway.counting;

/// A token bucket, told as what is owed to it: `owed(t) = max(0, owed(t₀) − (t − t₀) · perMinute / 60 s)`. A
/// request is let in where `owed + min(cost, perMinute) ≤ perMinute`; what it costs more than a whole minute's,
/// or than was thought, is owed all the same and paid back before the next is let in. So in any time `T` no more
/// than `perMinute · (1 + T / 60 s)` are let in, and the cost of one request more where its cost was not known.
///
/// Not thread-safe; its owner guards it. Times are microseconds.
final class TokenDebt {
    private static final double MINUTE = 60e6;
    /// Less than that is rounding.
    private static final double NOTHING = 0.000001;

    private double owed;
    private long atMicros;

    double owed(int perMinute, long nowMicros) {
        long at = atMicros > nowMicros && atMicros - nowMicros > MINUTE ? nowMicros : atMicros;
        double elapsed = Math.max(0, nowMicros - at);
        return Math.max(0, owed - elapsed * perMinute / MINUTE);
    }

    /// Until so many could be taken; 0 where they can be now.
    double microsUntil(long cost, int perMinute, long nowMicros) {
        double over = owed(perMinute, nowMicros) + Math.min(cost, perMinute) - perMinute;
        return over > NOTHING ? over * MINUTE / perMinute : 0;
    }

    /// @param cost less than 0 gives back
    void take(long cost, int perMinute, long nowMicros) {
        owed = Math.max(0, owed(perMinute, nowMicros) + cost);
        atMicros = nowMicros;
    }
}
