package io.autoglm.scheduler.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.scheduler.registry.ProbeTarget;
import io.autoglm.service.Configs;
import io.autoglm.service.InternalToken;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProberTest {
    private final Vertx vertx = Vertx.vertx();
    private final Prober prober = new Prober(
            vertx,
            Configs.of(ProbeConfig.class, Map.of()),
            InternalToken.of(Optional.of("secret"), "token"),
            new ObjectMapper());

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_url_that_cannot_be_called_is_a_finding_and_no_exception() throws Exception {
        for (String url : new String[] {"http://127.0.0.1:70000", "nonsense", "http://[", ""}) {
            assertThat(probe(url))
                    .as(url)
                    .isInstanceOfSatisfying(
                            Finding.Sick.class, sick -> assertThat(sick.level()).isEqualTo(Finding.Level.PORT));
        }
    }

    @Test
    void too_many_requests_is_no_proof_at_any_level() throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.response().setStatusCode(429).end())
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        assertThat(probe("http://127.0.0.1:" + server.actualPort())).isEqualTo(new Finding.Busy());
    }

    @Test
    void of_an_instance_without_a_model_only_the_port_is_asked() throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.response().setStatusCode(503).end())
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        String url = "http://127.0.0.1:" + server.actualPort();

        assertThat(probe(url, null)).isEqualTo(new Finding.Healthy());
        assertThat(probe(url)).isInstanceOf(Finding.Sick.class);
    }

    private Finding probe(String url) throws Exception {
        return probe(url, "m");
    }

    private Finding probe(String url, @Nullable String model) throws Exception {
        return prober.probe(new ProbeTarget("a", url, "first", model, 0))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }
}
