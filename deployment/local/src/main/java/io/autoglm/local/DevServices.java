package io.autoglm.local;

import io.autoglm.local.home.Running;
import java.time.Duration;
import java.util.List;

/// Maven in this terminal, and the services in development mode that it started.
///
/// @param limit how long all of them together may take to end, before they are killed
record DevServices(Process maven, Duration limit) {

    /// For the system to end what was killed.
    private static final Duration TIME_TO_DIE = Duration.ofSeconds(5);

    /// Maven ends its services by itself, mostly. None of them is alive when this returns.
    void stop() throws InterruptedException {
        List<Running> all = maven.toHandle().descendants().map(Running::of).toList();
        long deadline = System.nanoTime() + limit.toNanos();
        maven.destroy();
        Running.of(maven.toHandle()).awaitEnd(left(deadline));
        all.forEach(service -> service.find().ifPresent(ProcessHandle::destroy));
        for (Running service : all) service.awaitEnd(left(deadline));
        maven.destroyForcibly();
        all.forEach(service -> service.find().ifPresent(ProcessHandle::destroyForcibly));
        for (Running service : all) service.awaitEnd(TIME_TO_DIE);
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
