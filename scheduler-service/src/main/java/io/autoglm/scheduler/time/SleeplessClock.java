package io.autoglm.scheduler.time;

import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;

/// Goes on while the machine sleeps, as {@link SteadyClock} does not: what was given out before the sleep has
/// then run out, instead of being counted for as long again. It follows the wall clock forward, also when
/// that is corrected, and never back.
@Singleton
@Typed(SleeplessClock.class)
public final class SleeplessClock extends Clock {
    private final Clock steady;
    private final InstantSource wall;
    /// How far the wall clock has run ahead, at most so far; guarded by `this`.
    private Duration ahead = Duration.ZERO;

    @Inject
    SleeplessClock(Clock steady) {
        this(steady, Clock.systemUTC());
    }

    public SleeplessClock(Clock steady, InstantSource wall) {
        this.steady = steady;
        this.wall = wall;
    }

    @Override
    public synchronized Instant instant() {
        Instant now = steady.instant();
        Duration seen = Duration.between(now, wall.instant());
        if (seen.compareTo(ahead) > 0) {
            ahead = seen;
        }
        return now.plus(ahead);
    }

    @Override
    public ZoneId getZone() {
        return steady.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new SleeplessClock(steady.withZone(zone), wall);
    }
}
