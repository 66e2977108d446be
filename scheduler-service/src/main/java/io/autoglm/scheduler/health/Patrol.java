package io.autoglm.scheduler.health;

import io.autoglm.scheduler.health.Finding.Busy;
import io.autoglm.scheduler.health.Finding.Healthy;
import io.autoglm.scheduler.health.Finding.Level;
import io.autoglm.scheduler.health.Finding.Sick;
import io.autoglm.scheduler.registry.ProbeTarget;
import io.autoglm.scheduler.registry.Registry;
import io.autoglm.service.Bounds;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/// Goes round: ages the registry each tick and sends the probes that are due, one at a time per instance.
@Singleton
public final class Patrol {
    private static final Logger LOG = Logger.getLogger(Patrol.class);

    private final Registry registry;
    private final Prober prober;
    private final ProbeConfig config;
    private final Vertx vertx;
    private final MeterRegistry meters;

    /// Ids of the instances with a probe under way.
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    /// Written by start and stop only.
    private volatile long timer = -1;

    Patrol(Registry registry, Prober prober, ProbeConfig config, Vertx vertx, MeterRegistry meters) {
        Bounds.positive("autoglm.probe.tick", config.tick());
        Bounds.atLeast("autoglm.probe.max-concurrent", config.maxConcurrent(), 1);
        this.registry = registry;
        this.prober = prober;
        this.config = config;
        this.vertx = vertx;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        timer = vertx.setPeriodic(config.tick().toMillis(), id -> tick());
    }

    void stop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(timer);
    }

    private void tick() {
        registry.age();
        registry.dueForProbe().forEach(this::probe);
    }

    /// Sends a probe now, unless one to the same instance is under way already.
    public void probe(ProbeTarget target) {
        if (underWay.size() >= config.maxConcurrent() || !underWay.add(target.id())) {
            return;
        }
        prober.probe(target).onComplete(done -> {
            underWay.remove(target.id());
            if (done.succeeded()) {
                conclude(target, done.result());
            } else {
                LOG.errorf(done.cause(), "probe broke instance=%s", target.id());
            }
        });
    }

    private void conclude(ProbeTarget target, Finding finding) {
        switch (finding) {
            case Healthy healthy -> registry.passed(target);
            case Busy busy -> registry.busy(target);
            case Sick sick
            when sick.level() == Level.GENERATION && registry.hasMovedSince(target) ->
                LOG.infof("probe was slow but the engine moves instance=%s", target.id());
            case Sick sick -> {
                LOG.warnf("probe failed instance=%s level=%s reason=%s", target.id(), sick.level(), sick.reason());
                registry.refused(target, sick.reason(), sick.certain());
            }
        }
        meters.counter("autoglm.probes", "result", result(finding)).increment();
    }

    private static String result(Finding finding) {
        return switch (finding) {
            case Healthy healthy -> "healthy";
            case Busy busy -> "busy";
            case Sick sick -> "sick-" + sick.level().name().toLowerCase(Locale.ROOT);
        };
    }
}
