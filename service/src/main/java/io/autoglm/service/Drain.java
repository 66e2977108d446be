package io.autoglm.service;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// From `SIGTERM` on, clients that keep connections are asked to leave theirs, so that none of them sends a
/// request into a closing one. Readiness is down for the same time; Quarkus then waits for what still runs.
@Singleton
public final class Drain {
    /// Written once by the shutdown thread, read by every event loop.
    private volatile boolean draining;

    void begin(@Observes ShutdownDelayInitiatedEvent event) {
        draining = true;
    }

    public boolean hasBegun() {
        return draining;
    }
}
