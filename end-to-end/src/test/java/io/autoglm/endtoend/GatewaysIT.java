package io.autoglm.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Two gateways that count together.
@ExtendWith(SharedStack.class)
class GatewaysIT {
    private static final int CLIENTS = 200;
    private static final int REQUESTS_EACH = 4;
    private static final int LIMIT = 400;
    private static final int AT_ONCE = 4;
    private static final Map<String, String> ADMIN = PackagedStack.as(PackagedStack.ADMIN_KEY);

    private final PackagedStack stack;

    GatewaysIT(PackagedStack stack) {
        this.stack = stack;
    }

    @BeforeEach
    void a_second_gateway_starts() {
        stack.secondGateway().start();
        stack.secondGateway().awaitReady();
        await().atMost(60, SECONDS).until(() -> Http.status(stack.secondGatewayUrl() + "/health") == 200);
        await().atMost(60, SECONDS).until(() -> stack.gatewayFigures().sum("autoglm_admission_gateways") == 2);
    }

    @AfterEach
    void and_ends() {
        if (stack.secondGateway().isAlive()) {
            stack.secondGateway().kill();
        }
    }

    @Test
    void of_two_hundred_clients_of_two_gateways_as_many_requests_are_let_in_as_may_be() throws Exception {
        Map<String, String> caller = tenant("crowd", "{\"limits\":{\"requestsPerMinute\":" + LIMIT + "}}");
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Future<?>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < CLIENTS; client++) {
                String gateway = client % 2 == 0 ? stack.gatewayUrl() : stack.secondGatewayUrl();
                clients.add(threads.submit(() -> {
                    for (int i = 0; i < REQUESTS_EACH; i++) {
                        Http.Answer answer = tokens(gateway, caller);
                        (answer.status() == 200 ? answered : refused).incrementAndGet();
                        assertThat(answer.status()).as(answer.body()).isIn(200, 429);
                    }
                    return null;
                }));
            }
        }
        for (Future<?> client : clients) {
            client.get();
        }

        assertThat(answered.get()).isEqualTo(LIMIT);
        assertThat(refused.get()).isEqualTo(CLIENTS * REQUESTS_EACH - LIMIT);
    }

    @Test
    void a_gateway_that_is_killed_gives_its_places_back() throws IOException {
        Map<String, String> caller = tenant("killed", "{\"limits\":{\"maxConcurrent\":" + AT_ONCE + "}}");
        List<InputStream> streams = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            InputStream stream = Http.stream(stack.secondGatewayUrl() + "/v1/chat/completions", caller, """
                            {"model":"autoglm-nano","stream":true,"max_tokens":1900,"ignore_eos":true,
                             "messages":[{"role":"user","content":"Tell me a long story."}]}""")
                    .body();
            assertThat(stream.read()).isNotNegative();
            streams.add(stream);
        }
        assertThat(tokens(stack.gatewayUrl(), caller).status()).isEqualTo(429);

        stack.secondGateway().kill();

        assertThat(tokens(stack.gatewayUrl(), caller).status()).isEqualTo(429);
        await().atMost(15, SECONDS)
                .until(() -> tokens(stack.gatewayUrl(), caller).status() == 200);
        for (InputStream stream : streams) {
            stream.close();
        }
    }

    /// A tenant with these settings, and what its caller shows.
    private Map<String, String> tenant(String name, String settings) throws IOException {
        String path = stack.gatewayUrl() + "/admin/v1/tenants/" + name;
        assertThat(Http.put(path, ADMIN, settings).status()).isEqualTo(201);
        Http.Answer key =
                Http.post(path + "/keys", ADMIN, "{\"limits\":{\"requestsPerMinute\":100000,\"maxConcurrent\":1000}}");
        assertThat(key.status()).as(key.body()).isEqualTo(201);
        return PackagedStack.as(key.json().path("key").asText());
    }

    private static Http.Answer tokens(String gateway, Map<String, String> caller) throws IOException {
        return Http.post(gateway + "/tokenize", caller, "{\"model\":\"autoglm-nano\",\"prompt\":\"Hello\"}");
    }
}
