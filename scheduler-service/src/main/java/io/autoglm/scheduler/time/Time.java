package io.autoglm.scheduler.time;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

final class Time {
    @Produces
    @Singleton
    Clock clock() {
        return new SteadyClock(Clock.systemUTC());
    }
}
