package io.autoglm.gateway.http;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.function.LongSupplier;

/// The two clocks of the service, injected so that tests bring their own: wall time for what other machines read, and
/// monotonic nanoseconds for what is measured here.
final class Clocks {
    @Produces
    @Singleton
    Clock wall() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    LongSupplier nanos() {
        return System::nanoTime;
    }
}
