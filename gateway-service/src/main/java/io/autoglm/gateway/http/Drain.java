package io.autoglm.gateway.http;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Whether this process is on its way out. From `SIGTERM` on it is not ready; Quarkus asks keep-alive clients
/// to leave with `Connection: close` (HTTP/2: GOAWAY) during `autoglm.drain.delay`, and lets what runs finish
/// within `autoglm.drain.timeout`.
@Singleton
public final class Drain {
    /// Written once by the shutdown thread, read by every event loop.
    private volatile boolean draining;

    void begin(@Observes ShutdownDelayInitiatedEvent event) {
        draining = true;
    }

    void end(@Observes ShutdownEvent event) {
        draining = true;
    }

    public boolean draining() {
        return draining;
    }
}
