package io.autoglm.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlClientTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void calls_beyond_those_that_may_wait_for_a_service_that_hangs_fail_at_once() {
        HttpServer hanging = vertx.createHttpServer()
                .requestHandler(request -> {})
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        ControlClient.Service service =
                new ControlClient.Service("http://127.0.0.1:" + hanging.actualPort(), Duration.ofMinutes(5));
        ControlClient client =
                new ControlClient(vertx, new ObjectMapper(), new InternalTrust(Optional.of("secret"), "token"));
        int room = ControlClient.MAX_CONNECTIONS + ControlClient.MAX_WAITING;

        List<Future<ControlClient.Reply>> calls = IntStream.range(0, room + 10)
                .mapToObj(i -> client.call(service, HttpMethod.GET, "/", Map.of(), null))
                .toList();

        // Calls whose connection is still being opened wait as well.
        await().untilAsserted(
                        () -> assertThat(calls.stream().filter(Future::failed).count())
                                .isBetween(10L, 10L + ControlClient.MAX_CONNECTIONS));
        assertThat(calls)
                .filteredOn(Future::failed)
                .allSatisfy(call -> assertThat(call.cause()).isInstanceOf(ConnectionPoolTooBusyException.class));
    }
}
