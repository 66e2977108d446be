package io.autoglm.scheduler.registry;

import io.autoglm.protocol.placement.InstanceState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.jboss.logging.Logger;

/// Tells logs and metrics of the instances' phases.
@Singleton
final class ChangeLog {
    private static final Logger LOG = Logger.getLogger(ChangeLog.class);

    private final Registry registry;
    private final MeterRegistry meters;

    ChangeLog(Registry registry, MeterRegistry meters) {
        this.registry = registry;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        for (InstanceState state : InstanceState.values()) {
            Gauge.builder("autoglm.instances", registry, known -> count(known, state))
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .description("Instances by the state others are told")
                    .register(meters);
        }
    }

    private static long count(Registry registry, InstanceState state) {
        return registry.all().stream()
                .filter(standing -> standing.phase().state() == state)
                .count();
    }

    void changed(@Observes Change change) {
        String to = name(change.to());
        LOG.infof(
                "instance=%s from=%s to=%s reason=%s",
                change.id(), name(change.from()), to, change.to().reason());
        meters.counter("autoglm.instance.transitions", "to", to).increment();
    }

    private static String name(Phase phase) {
        return phase.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
