package io.autoglm.gateway.placement;

import io.autoglm.gateway.http.ControlClient;
import io.autoglm.gateway.http.ControlClient.Reply;
import io.autoglm.gateway.http.ControlClient.Service;
import io.autoglm.protocol.placement.InstanceList;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/// Keeps the last list of instances. It outlives the scheduler: while that is away, the old list is what is
/// left to serve from; and while a scheduler that has just started gathers the reports, its list only adds to
/// the old one.
@Singleton
public final class Snapshot {
    private static final Logger LOG = Logger.getLogger(Snapshot.class);

    private final ControlClient client;
    private final Service scheduler;
    private final List<Consumer<Instances>> listeners = new CopyOnWriteArrayList<>();
    private final long intervalMillis;
    private final AtomicBoolean fetching = new AtomicBoolean();
    private long timer = -1;

    /// Both are written when a fetch ends, of which one runs at a time, and read by every event loop.
    private volatile Instances instances = Instances.NONE;

    private volatile boolean schedulerAnswers = true;

    Snapshot(PlacementConfig config, ControlClient client, MeterRegistry metrics) {
        this.client = client;
        this.scheduler = new Service(config.url(), config.timeout());
        this.intervalMillis = config.snapshotInterval().toMillis();
        Gauge.builder("autoglm.degraded", this, it -> it.schedulerAnswers ? 0 : 1)
                .description("1 while requests are served without what the tag names")
                .tag("reason", "scheduler-down")
                .register(metrics);
        Gauge.builder("autoglm.instances.ready", this, it -> it.instances.readyCount())
                .description("Instances the last snapshot calls ready")
                .register(metrics);
    }

    void start(@Observes StartupEvent event, Vertx vertx) {
        fetch();
        timer = vertx.setPeriodic(intervalMillis, id -> fetch());
    }

    void stop(@Observes ShutdownEvent event, Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    public Instances instances() {
        return instances;
    }

    /// @param listener told of every list that the scheduler gives, on some event loop; must not block
    public void onChange(Consumer<Instances> listener) {
        listeners.add(listener);
    }

    /// Whether the scheduler answered when it was last asked for its instances.
    public boolean schedulerAnswers() {
        return schedulerAnswers;
    }

    private void fetch() {
        if (!fetching.compareAndSet(false, true)) {
            return;
        }
        client.call(scheduler, HttpMethod.GET, "/v1/instances", Map.of(), null)
                .compose(this::parse)
                .onComplete(result -> {
                    fetching.set(false);
                    if (result.succeeded()) {
                        instances = result.result();
                    }
                    note(
                            result.succeeded(),
                            result.succeeded()
                                    ? ""
                                    : String.valueOf(result.cause().getMessage()));
                    if (result.succeeded()) {
                        listeners.forEach(listener -> listener.accept(result.result()));
                    }
                });
    }

    private Future<Instances> parse(Reply reply) {
        if (!reply.ok()) {
            return Future.failedFuture("status " + reply.status());
        }
        try {
            InstanceList told = client.read(reply, InstanceList.class);
            Instances heard = new Instances(told.instances());
            return Future.succeededFuture(told.settling() ? instances.with(heard) : heard);
        } catch (IOException | RuntimeException e) {
            return Future.failedFuture(new IOException("the list of instances could not be read", e));
        }
    }

    private void note(boolean answered, String reason) {
        if (answered != schedulerAnswers) {
            schedulerAnswers = answered;
            if (answered) {
                LOG.infof("scheduler answers again url=%s", scheduler.url());
            } else {
                LOG.warnf(
                        "scheduler is away, serving round robin from the last snapshot url=%s instances=%d reason=%s",
                        scheduler.url(), instances.all().size(), reason);
            }
        }
    }
}
