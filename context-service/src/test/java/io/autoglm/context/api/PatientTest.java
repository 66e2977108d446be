package io.autoglm.context.api;

import static io.restassured.RestAssured.given;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.context.RealRedis;
import io.autoglm.protocol.Headers;
import io.autoglm.redis.RedisProcess;
import io.autoglm.redis.Tunnel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A service that was told to wait long for Redis.
@QuarkusTest
@QuarkusTestResource(RealRedis.class)
@TestProfile(PatientTest.Patient.class)
class PatientTest {
    /// Injected by {@link RealRedis}.
    @SuppressWarnings("NullAway.Init")
    RedisProcess redis;

    /// Injected by {@link RealRedis}.
    @SuppressWarnings("NullAway.Init")
    Tunnel tunnel;

    public static final class Patient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("autoglm.redis.timeout", "8s");
        }
    }

    @Test
    void an_answer_that_comes_late_but_in_time_is_an_answer() throws Exception {
        assertThat(window(1)).isEqualTo(200);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            redis.suspend();
            Future<Integer> late = threads.submit(() -> window(1));
            try {
                await().during(4, SECONDS).atMost(6, SECONDS).until(() -> !late.isDone());
            } finally {
                redis.resume();
            }

            assertThat(late.get()).isEqualTo(200);
        }
    }

    /// Far from when it would count as silent, which is 11 s here.
    @Test
    void a_connection_that_nobody_uses_is_closed_before_it_could_count_as_silent() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            redis.suspend();
            List<Future<Integer>> all = IntStream.range(0, 40)
                    .mapToObj(i -> threads.submit(() -> window(i)))
                    .toList();
            try {
                await().atMost(6, SECONDS).until(() -> tunnel.connections() > 8);
            } finally {
                redis.resume();
            }
            for (Future<Integer> one : all) {
                assertThat(one.get()).isEqualTo(200);
            }
        }

        await().atMost(6, SECONDS).until(() -> tunnel.connections() <= 4);
    }

    private static int window(int number) {
        return given().header(Headers.INTERNAL_TOKEN, RealRedis.TOKEN)
                .header(Headers.TENANT, "patient")
                .get("/v1/conversations/s" + number + "/window?tokens=1")
                .statusCode();
    }
}
