package io.autoglm.scheduler.health;

import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.scheduler.registry.Registry;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// The scheduler is ready as soon as it listens, whatever the instances do: they are told apart in its answers. How
/// many there are is a detail for people.
@Readiness
final class InstancesCheck implements HealthCheck {
    private final Registry registry;

    InstancesCheck(Registry registry) {
        this.registry = registry;
    }

    @Override
    public HealthCheckResponse call() {
        var all = registry.all();
        long ready = all.stream()
                .filter(standing -> standing.phase().state() == InstanceState.READY)
                .count();
        return HealthCheckResponse.named("instances")
                .up()
                .withData("known", all.size())
                .withData("ready", ready)
                .build();
    }
}
