package io.autoglm.gateway.upstream;

import io.autoglm.gateway.upstream.Broken.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeoutException;

/// The HTTP/1.1 connections to all instances: pooled ones, and for a repeat one of its own. Safe from any
/// thread.
final class Connections {
    /// Bytes that a vanished machine does not acknowledge for this long end the connection, where the transport
    /// can (epoll); keep-alive probes of the kernel do the same for one that is only listened on.
    private static final int TCP_USER_TIMEOUT_MILLIS = 30_000;
    /// To one instance, beside the pooled ones: few connections grow too old at the same moment.
    private static final int MAX_FRESH = 64;

    private final HttpClient pooled;
    private final HttpClient unpooled;
    private final long waitMillis;
    /// Connections that have carried a request; weak, so that a closed one is forgotten.
    private final Set<HttpConnection> used =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    Connections(Vertx vertx, UpstreamConfig config) {
        this.pooled = vertx.createHttpClient(
                options(config).setKeepAliveTimeout((int) config.keepAlive().toSeconds()),
                pool(config, config.maxConnections()));
        this.unpooled = vertx.createHttpClient(options(config).setKeepAlive(false), pool(config, MAX_FRESH));
        // A connection that takes too long to open fails at once this time, so a longer wait was for the pool.
        this.waitMillis = 2 * config.connectTimeout().toMillis();
    }

    /// @throws RuntimeException when the address is none
    Future<HttpClientRequest> pooled(String uri) {
        return pooled.request(post(uri));
    }

    /// On a connection that nothing was sent on before.
    ///
    /// @throws RuntimeException when the address is none
    Future<HttpClientRequest> fresh(String uri) {
        return unpooled.request(post(uri));
    }

    /// Whether a request was sent on this connection before; from now on one was.
    boolean reused(HttpConnection connection) {
        return !used.add(connection);
    }

    /// What it means that a request got no connection.
    static Kind kindOf(Throwable cause) {
        return cause instanceof ConnectionPoolTooBusyException || cause instanceof TimeoutException
                ? Kind.CROWDED
                : Kind.CONNECTION;
    }

    void close() {
        pooled.close();
        unpooled.close();
    }

    private RequestOptions post(String uri) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(uri)
                .setConnectTimeout(waitMillis);
    }

    private static PoolOptions pool(UpstreamConfig config, int maxConnections) {
        return new PoolOptions().setHttp1MaxSize(maxConnections).setMaxWaitQueueSize(config.maxWaiting());
    }

    private static HttpClientOptions options(UpstreamConfig config) {
        return new HttpClientOptions()
                .setConnectTimeout((int) config.connectTimeout().toMillis())
                .setTcpKeepAlive(true)
                .setTcpUserTimeout(TCP_USER_TIMEOUT_MILLIS);
    }
}
