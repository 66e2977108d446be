package io.autoglm.gateway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Small JSON calls to the scheduler and the context service, on connections that are kept open. Tokens do not pass
/// here.
@Singleton
public final class ControlClient {
    /// Connections to one service; calls beyond it wait, at most {@link #MAX_WAITING} of them.
    static final int MAX_CONNECTIONS = 64;

    static final int MAX_WAITING = 4_096;

    /// @param url base URL without a trailing slash
    public record Service(String url, Duration timeout) {}

    /// An answer of whatever status.
    public record Reply(int status, Buffer body, @Nullable String retryAfter) {
        public boolean ok() {
            return status / 100 == 2;
        }
    }

    private final Vertx vertx;
    private final HttpClient client;
    private final ObjectMapper json;
    private final InternalTrust trust;

    ControlClient(Vertx vertx, ObjectMapper json, InternalTrust trust) {
        this.vertx = vertx;
        this.json = json;
        this.trust = trust;
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(1_000).setKeepAliveTimeout(30),
                new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS).setMaxWaitQueueSize(MAX_WAITING));
    }

    /// Fails when there was no answer within the service's timeout.
    ///
    /// @param body serialised as JSON; null sends none
    public Future<Reply> call(
            Service service, HttpMethod method, String path, Map<String, String> headers, @Nullable Object body) {
        long timeoutMillis = service.timeout().toMillis();
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(service.url() + path)
                .setConnectTimeout(timeoutMillis)
                .setIdleTimeout(timeoutMillis);
        headers.forEach(options::putHeader);
        Buffer payload = body == null ? null : write(body);
        return client.request(options)
                .compose(request -> send(request, payload))
                .timeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    public <T> T read(Reply reply, Class<T> type) throws IOException {
        return json.readValue(reply.body().getBytes(), type);
    }

    public Vertx vertx() {
        return vertx;
    }

    /// After everything that may still give a lease back.
    void stop(@Observes @Priority(3_000) ShutdownEvent event) {
        client.close();
    }

    private Future<Reply> send(HttpClientRequest request, @Nullable Buffer payload) {
        trust.sign(request.headers());
        if (payload != null) {
            request.putHeader("Content-Type", "application/json");
        }
        return (payload == null ? request.send() : request.send(payload))
                .compose(response -> response.body()
                        .map(body -> new Reply(response.statusCode(), body, response.getHeader("Retry-After"))));
    }

    private Buffer write(Object body) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a call's body could not be written", e);
        }
    }
}
