package io.autoglm.scheduler.time;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// Starts at the wall clock's time and goes on by `System.nanoTime`: an NTP correction, or a laptop that slept,
/// makes nobody look silent.
final class SteadyClock extends Clock {
    private final Instant startedAt;
    private final long startNanos;
    private final ZoneId zone;

    SteadyClock(InstantSource wall) {
        this(wall.instant(), System.nanoTime(), ZoneOffset.UTC);
    }

    private SteadyClock(Instant startedAt, long startNanos, ZoneId zone) {
        this.startedAt = startedAt;
        this.startNanos = startNanos;
        this.zone = zone;
    }

    @Override
    public Instant instant() {
        return startedAt.plusNanos(System.nanoTime() - startNanos);
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        return new SteadyClock(startedAt, startNanos, other);
    }
}
