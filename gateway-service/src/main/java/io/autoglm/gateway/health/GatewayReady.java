package io.autoglm.gateway.health;

import io.autoglm.gateway.http.Drain;
import io.autoglm.gateway.placement.Snapshot;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ready means "send requests here": a gateway without instances still gives proper answers, so it stays in; a
/// draining one goes out. What is degraded is told as data.
@Readiness
@Singleton
public final class GatewayReady implements HealthCheck {
    private final Snapshot snapshot;
    private final Drain drain;

    GatewayReady(Snapshot snapshot, Drain drain) {
        this.snapshot = snapshot;
        this.drain = drain;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("gateway")
                .status(!drain.draining())
                .withData("scheduler", snapshot.schedulerAnswers() ? "up" : "down: serving from the last snapshot")
                .withData("readyInstances", snapshot.instances().readyCount())
                .build();
    }
}
