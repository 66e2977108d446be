package io.autoglm.gateway.upstream;

import io.autoglm.gateway.http.InternalTrust;
import io.autoglm.protocol.placement.Lease.Target;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.function.LongSupplier;

/// Opens attempts on instances, over pooled HTTP/1.1 connections that live on the caller's event loop.
@Singleton
public final class InstanceClient {
    private final Vertx vertx;
    private final UpstreamConfig config;
    private final InternalTrust trust;
    private final LongSupplier nanoClock;
    private final HttpClient client;

    InstanceClient(Vertx vertx, UpstreamConfig config, InternalTrust trust, LongSupplier nanoClock) {
        this.vertx = vertx;
        this.config = config;
        this.trust = trust;
        this.nanoClock = nanoClock;
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout((int) config.connectTimeout().toMillis())
                        // Shorter than servers keep idle connections, so that the gateway lets go first.
                        .setKeepAliveTimeout(20)
                        .setMaxWaitQueueSize(config.maxWaiting()),
                new PoolOptions().setHttp1MaxSize(config.maxConnections()));
    }

    /// Begins an attempt. Must be called on an event loop, which then is the only thread to touch it.
    ///
    /// @param timeoutMillis for the whole attempt
    public Attempt open(Target target, InstanceRequest request, long timeoutMillis) {
        Attempt attempt = new Attempt(vertx, config, nanoClock, timeoutMillis, request.stream());
        attempt.begin(client, target, request, trust);
        return attempt;
    }

    /// After the last stream has ended.
    void stop(@Observes @Priority(3_000) ShutdownEvent event) {
        client.close();
    }
}
