package io.autoglm.gateway.chat;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.autoglm.gateway.neighbours.Client;
import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.gateway.neighbours.ScriptedInstance;
import io.autoglm.gateway.neighbours.ScriptedScheduler;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What clients see of admission: headers, classes, queues, and nothing of a Redis that is away. One request of the
/// model runs at a time, and one of the class `bulk` may wait for it.
@QuarkusTest
@QuarkusTestResource(Neighbours.class)
@TestProfile(EntranceTest.OneAtATime.class)
class EntranceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    public static final class OneAtATime implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "autoglm.admission.concurrency.policy", "gradient",
                    "autoglm.admission.concurrency.base", "1",
                    "autoglm.admission.concurrency.min", "1",
                    "autoglm.admission.concurrency.max", "1",
                    "autoglm.admission.heartbeat", "100ms",
                    "autoglm.queue.bulk-size", "1",
                    "autoglm.queue.default-timeout", "500ms");
        }
    }

    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void reset() {
        neighbours.reset();
        await().atMost(PATIENCE).until(() -> metric("autoglm_admission_redis_away 0.0"));
    }

    @AfterEach
    void keys() {
        neighbours.writeKeys(Neighbours.keys(""));
    }

    @Test
    void a_stream_tells_how_its_caller_stands() {
        HttpResponse<String> response = chat(ask("hi", true));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "x-ratelimit-limit-requests")).isEqualTo("100000");
        assertThat(Integer.parseInt(header(response, "x-ratelimit-remaining-requests")))
                .isLessThan(100_000);
        assertThat(header(response, "x-ratelimit-reset-requests")).matches("(1m0|[0-9.]+)[.0-9]*s");
    }

    @ParameterizedTest
    @CsvSource({
        "bulk, , bulk",
        "interactive, , interactive",
        ", flex, bulk",
        ", priority, interactive",
        ", auto, default",
        "default, flex, default",
        ", , default",
    })
    void a_class_is_asked_for_by_header_or_by_tier(String header, String tier, String scheduled) {
        String body = tier == null
                ? ask("hi", false)
                : ask("hi", false).replaceFirst("\\{", "{\"service_tier\":\"" + tier + "\",");
        String[] headers = header == null ? new String[0] : new String[] {"X-Priority", header};

        assertThat(chat(body, headers).statusCode()).isEqualTo(200);

        assertThat(neighbours.first.received().getFirst().header("x-autoglm-priority"))
                .isEqualTo(scheduled);
    }

    @Test
    void a_class_that_does_not_exist_is_refused_by_name() {
        HttpResponse<String> response = chat(ask("hi", false), "X-Priority", "urgent");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).getString("param")).isEqualTo("X-Priority");
    }

    @Test
    void beyond_what_the_model_takes_requests_wait_and_beyond_what_may_wait_they_are_shed() {
        Runnable release = hold();
        CompletableFuture<HttpResponse<String>> waits = later("bulk");
        await().atMost(PATIENCE).until(() -> metric("autoglm_queue_size{priority=\"bulk\"} 1.0"));

        HttpResponse<String> shed = chat(ask("three", false), "X-Priority", "bulk");
        HttpResponse<String> late = chat(ask("four", false), "X-Priority", "default");

        assertThat(shed.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(header(shed, "retry-after"))).isPositive();
        assertThat(late.statusCode()).isEqualTo(503);
        assertThat(error(late).getString("code")).isEqualTo("queue_timeout");
        release.run();
        assertThat(waits.join().statusCode()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> metric("autoglm_queue_size{priority=\"bulk\"} 0.0"));
    }

    @Test
    void a_client_that_goes_while_it_waits_leaves_its_place() {
        Runnable release = hold();
        var gone = neighbours.open("X-Priority", "bulk");
        gone.send(ask("gone", false));
        await().atMost(PATIENCE).until(() -> metric("autoglm_queue_size{priority=\"bulk\"} 1.0"));

        gone.connection().close();

        await().atMost(PATIENCE).until(() -> metric("autoglm_queue_size{priority=\"bulk\"} 0.0"));
        release.run();
        await().atMost(PATIENCE).until(() -> chat(ask("next", false)).statusCode() == 200);
        assertThat(neighbours.first.received())
                .noneMatch(received -> received.body().encode().contains("gone"));
    }

    @Test
    void no_request_fails_while_redis_is_away_and_the_answer_says_so() throws Exception {
        neighbours.redis.kill();
        try {
            HttpResponse<String> whole = chat(ask("hi", false));
            HttpResponse<String> stream = chat(ask("hi", true));

            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(stream.statusCode()).isEqualTo(200);
            assertThat(header(whole, "x-autoglm-degraded")).isEqualTo("limits-local");
            assertThat(header(stream, "x-autoglm-degraded")).isEqualTo("limits-local");
            assertThat(metric("autoglm_admission_redis_away 1.0")).isTrue();
        } finally {
            neighbours.redis.start();
        }
        await().atMost(PATIENCE)
                .until(() ->
                        header(chat(ask("hi", false)), "x-autoglm-degraded").isEmpty());
    }

    @Test
    void the_sdk_of_openai_waits_as_long_as_it_is_told_and_reads_the_headers() {
        String key = "sk-one-at-a-time-for-the-sdk";
        neighbours.writeKeys(
                Neighbours.keys("{\"id\":\"sdk\",\"sha256\":\"%s\",\"tenant\":\"acme\",\"requestsPerMinute\":2},"
                        .formatted(Neighbours.sha256(key))));
        await().atMost(PATIENCE)
                .until(() -> Client.send(Client.to("/v1/models")
                                        .header("Authorization", "Bearer " + key)
                                        .GET())
                                .statusCode()
                        == 200);
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .apiKey(key)
                .baseUrl("http://127.0.0.1:" + Client.port() + "/v1")
                .maxRetries(0)
                .build();
        ChatCompletionCreateParams asked = ChatCompletionCreateParams.builder()
                .model(ScriptedScheduler.MODEL)
                .addUserMessage("hi")
                .build();
        client.chat().completions().create(asked);
        client.chat().completions().create(asked);

        RateLimitException refused = org.assertj.core.api.Assertions.catchThrowableOfType(
                RateLimitException.class, () -> client.chat().completions().create(asked));

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.code()).contains("rate_limit_exceeded");
        long millis = Long.parseLong(refused.headers().values("retry-after-ms").getFirst());
        long seconds = Long.parseLong(refused.headers().values("Retry-After").getFirst());
        assertThat(millis).isBetween(1L, 60_600L);
        assertThat(seconds).isEqualTo(Math.ceilDiv(millis, 1_000));
        assertThat(refused.headers().values("x-ratelimit-limit-requests")).containsExactly("2");
        assertThat(refused.headers().values("x-ratelimit-remaining-requests")).containsExactly("0");
        client.close();
    }

    /// The only slot of the model is taken until what is returned is run.
    private Runnable hold() {
        CompletableFuture<Runnable> finish = new CompletableFuture<>();
        neighbours.first.next(received -> finish.complete(() -> ScriptedInstance.talk(received)));
        Thread.startVirtualThread(() -> chat(ask("held", false)));
        return finish.join();
    }

    private static CompletableFuture<HttpResponse<String>> later(String priority) {
        return CompletableFuture.supplyAsync(() -> chat(ask("waits", false), "X-Priority", priority));
    }

    private static boolean metric(String line) {
        return Client.management("/metrics").contains(line);
    }
}
