package io.autoglm.scheduler.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.protocol.Headers;
import io.autoglm.scheduler.health.Finding.Busy;
import io.autoglm.scheduler.health.Finding.Healthy;
import io.autoglm.scheduler.health.Finding.Level;
import io.autoglm.scheduler.health.Finding.Sick;
import io.autoglm.scheduler.registry.ProbeTarget;
import io.autoglm.service.Bounds;
import io.autoglm.service.InternalToken;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Singleton;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// Asks one instance the three questions. Its futures never fail: whatever goes wrong is a finding.
@Singleton
final class Prober {
    private final HttpClient client;
    private final ProbeConfig config;
    private final InternalToken token;
    private final ObjectMapper json;

    Prober(Vertx vertx, ProbeConfig config, InternalToken token, ObjectMapper json) {
        Bounds.positive("autoglm.probe.health-timeout", config.healthTimeout());
        Bounds.positive("autoglm.probe.prompt-timeout", config.promptTimeout());
        Bounds.atLeast("autoglm.probe.max-tokens", config.maxTokens(), 1);
        this.config = config;
        this.token = token;
        this.json = json;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) config.healthTimeout().toMillis())
                .setKeepAlive(false)
                .setMaxPoolSize(4));
    }

    Future<Finding> probe(ProbeTarget target) {
        return health(target).compose(finding -> switch (finding) {
            case Healthy loaded ->
                target.model() == null ? Future.succeededFuture(loaded) : prompt(target, target.model());
            case Busy busy -> Future.succeededFuture(busy);
            case Sick sick -> Future.succeededFuture(sick);
        });
    }

    private Future<Finding> health(ProbeTarget target) {
        return answer(HttpMethod.GET, target.url() + "/health", Buffer.buffer(), config.healthTimeout(), answer -> {
                    return switch (answer.status()) {
                        case 200 -> new Healthy();
                        case 429 -> new Busy();
                        // Without a model it cannot be ready to answer: that its port answers is all there is to know.
                        default ->
                            target.model() == null
                                    ? new Healthy()
                                    : new Sick(Level.MODEL, "its /health answers " + answer.status(), false);
                    };
                })
                .otherwise(failure -> new Sick(Level.PORT, portReason(failure), failure instanceof ConnectException));
    }

    private static String portReason(Throwable failure) {
        return switch (failure) {
            case ConnectException refused -> "its port refuses connections";
            case TimeoutException late -> "its port does not answer in time";
            default -> "its port answers badly: " + failure.getClass().getSimpleName();
        };
    }

    private Future<Finding> prompt(ProbeTarget target, String model) {
        ObjectNode body = json.createObjectNode()
                .put("model", model)
                .put("prompt", config.prompt())
                .put("max_tokens", config.maxTokens())
                .put("temperature", 0);
        Buffer bytes = Buffer.buffer(body.toString());
        return answer(HttpMethod.POST, target.url() + "/v1/completions", bytes, config.promptTimeout(), this::judged)
                .otherwise(failure -> new Sick(
                        Level.GENERATION,
                        failure instanceof TimeoutException
                                ? "a short prompt was not answered within "
                                        + config.promptTimeout().toSeconds() + " s"
                                : "the answer to a short prompt broke off: "
                                        + failure.getClass().getSimpleName(),
                        false));
    }

    private Finding judged(Answer answer) {
        return switch (answer.status()) {
            case 200 ->
                hasChoice(answer.body())
                        ? new Healthy()
                        : new Sick(Level.GENERATION, "the answer to a short prompt holds no choice", false);
            case 429, 503 -> new Busy();
            default -> new Sick(Level.GENERATION, "a short prompt is answered with " + answer.status(), false);
        };
    }

    /// An empty text is an answer too: a model may end at once.
    private boolean hasChoice(Buffer body) {
        try {
            JsonNode choice = json.readTree(body.getBytes()).path("choices").path(0);
            return choice.path("finish_reason").isTextual();
        } catch (JsonProcessingException notJson) {
            return false;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Future<Finding> answer(
            HttpMethod method, String url, Buffer body, Duration timeout, Function<Answer, Finding> judge) {
        // In a step of its own, because the client throws at an address that it cannot use.
        return Future.succeededFuture()
                .compose(begin -> client.request(options(method, url, timeout)))
                .compose(request -> send(request, body))
                .map(judge);
    }

    private RequestOptions options(HttpMethod method, String url, Duration timeout) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(url)
                .setTimeout(timeout.toMillis())
                .putHeader("content-type", "application/json");
        token.value().ifPresent(secret -> options.putHeader(Headers.INTERNAL_TOKEN, secret));
        return options;
    }

    private static Future<Answer> send(HttpClientRequest request, Buffer body) {
        return request.send(body)
                .compose(response -> response.body().map(bytes -> new Answer(response.statusCode(), bytes)));
    }

    private record Answer(int status, Buffer body) {}
}
