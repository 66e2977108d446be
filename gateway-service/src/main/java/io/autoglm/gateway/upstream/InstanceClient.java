package io.autoglm.gateway.upstream;

import io.autoglm.gateway.http.InternalTrust;
import io.autoglm.gateway.placement.Snapshot;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.InstanceView;
import io.autoglm.protocol.placement.Lease.Target;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/// Opens attempts on instances, and ends those on instances that the scheduler calls gone: of a machine that
/// has vanished comes no byte any more, and no reset either.
@Singleton
public final class InstanceClient {
    private final Vertx vertx;
    private final UpstreamConfig config;
    private final InternalTrust trust;
    private final LongSupplier nanoClock;
    private final Connections connections;
    private final Set<Attempt> open = ConcurrentHashMap.newKeySet();

    InstanceClient(Vertx vertx, UpstreamConfig config, InternalTrust trust, LongSupplier nanoClock, Snapshot snapshot) {
        this.vertx = vertx;
        this.config = config;
        this.trust = trust;
        this.nanoClock = nanoClock;
        this.connections = new Connections(vertx, config);
        snapshot.onChange(now -> look(now.all()));
    }

    /// Begins an attempt. Must be called on an event loop, which then is the only thread to touch it.
    ///
    /// @param timeoutMillis for the whole attempt
    public Attempt open(Target target, InstanceRequest request, long timeoutMillis) {
        Attempt attempt = new Attempt(vertx, config, nanoClock, timeoutMillis, target, request, open::remove);
        open.add(attempt);
        attempt.begin(connections, trust);
        return attempt;
    }

    private void look(List<InstanceView> instances) {
        Set<String> gone = instances.stream()
                .filter(instance -> instance.state() == InstanceState.GONE)
                .map(InstanceView::id)
                .collect(Collectors.toSet());
        if (!gone.isEmpty()) {
            open.stream()
                    .filter(attempt -> gone.contains(attempt.target().id()))
                    .forEach(Attempt::instanceGone);
        }
    }

    /// After the last stream has ended.
    void stop(@Observes @Priority(3_000) ShutdownEvent event) {
        connections.close();
    }
}
