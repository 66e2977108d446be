package io.autoglm.context;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.redis.RedisProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The service as it is shipped: what it does before it is ready, and when it is told to stop.
class PackagedServiceIT {
    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private int port;
    private int management;

    @BeforeEach
    void free_ports() throws IOException {
        port = RedisProcess.freePort();
        management = RedisProcess.freePort();
    }

    @AfterEach
    void nothing_is_left_running() {
        started.forEach(Process::destroyForcibly);
        started.forEach(process -> process.onExit().join());
    }

    @Test
    void without_the_internal_token_it_says_so_in_one_line_and_is_not_worth_restarting() throws Exception {
        Process service = start(Map.of());

        assertThat(service.waitFor(60, SECONDS)).isTrue();
        assertThat(service.exitValue()).isEqualTo(78);
        assertThat(standardError())
                .containsExactly("autoglm: cannot start context-service: autoglm.internal-token is not set: set"
                        + " AUTOGLM_INTERNAL_TOKEN to the secret of the other services, or autoglm.internal-auth=none");
    }

    @Test
    void a_redis_that_evicts_keys_stops_the_start_in_one_line() throws Exception {
        try (RedisProcess redis = new RedisProcess("--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru")) {
            redis.start();

            Process service = start(Map.of("AUTOGLM_INTERNAL_TOKEN", "t", "AUTOGLM_REDIS_URL", redis.url()));

            assertThat(service.waitFor(60, SECONDS)).isTrue();
            assertThat(service.exitValue()).isEqualTo(78);
            assertThat(standardError())
                    .singleElement()
                    .asString()
                    .startsWith("autoglm: cannot start context-service: Redis evicts")
                    .contains("volatile-lru");
        }
    }

    @Test
    void a_setting_that_cannot_be_read_is_named_with_what_is_wrong_with_it() throws Exception {
        Process service = start(Map.of("AUTOGLM_INTERNAL_TOKEN", "t", "AUTOGLM_REDIS_TIMEOUT", "soon"));

        assertThat(service.waitFor(60, SECONDS)).isTrue();
        assertThat(service.exitValue()).isEqualTo(78);
        assertThat(standardError())
                .singleElement()
                .asString()
                .startsWith("autoglm: cannot start context-service: ")
                .contains("autoglm.redis.timeout", "soon");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AUTOGLM_REDIS_TIMEOUT | 0s | autoglm.redis.timeout is 0 ms: set it to 1 ms or more",
                "AUTOGLM_REDIS_PROBE_INTERVAL | 0s | autoglm.redis.probe-interval is 0 ms: set it to 1 ms or more",
                "AUTOGLM_REDIS_RETRY_AFTER | -1s | autoglm.redis.retry-after is -1000 ms: set it to 0 or more",
                "AUTOGLM_CONVERSATION_MAX_TURNS | 0 | autoglm.conversation.max-turns is 0: set it to 1 or more",
            })
    void a_setting_that_cannot_work_stops_the_start_with_its_name(String name, String value, String why)
            throws Exception {
        Process service = start(Map.of("AUTOGLM_INTERNAL_TOKEN", "t", name, value));

        assertThat(service.waitFor(60, SECONDS)).isTrue();
        assertThat(service.exitValue()).isEqualTo(78);
        assertThat(standardError()).containsExactly("autoglm: cannot start context-service: " + why);
    }

    @Test
    void a_port_that_cannot_be_read_is_named_too() throws Exception {
        Process service = start(Map.of("AUTOGLM_INTERNAL_TOKEN", "t", "AUTOGLM_PORT", "many"));

        assertThat(service.waitFor(60, SECONDS)).isTrue();
        assertThat(service.exitValue()).isEqualTo(78);
        assertThat(standardError()).singleElement().asString().contains("many");
    }

    @Test
    void a_port_that_is_taken_is_no_fault_of_the_configuration() throws Exception {
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            Process service = start(Map.of("AUTOGLM_INTERNAL_TOKEN", "t"));

            assertThat(service.waitFor(60, SECONDS)).isTrue();
            assertThat(service.exitValue()).isEqualTo(1);
            assertThat(standardError())
                    .singleElement()
                    .asString()
                    .startsWith("autoglm: cannot start context-service: ")
                    .contains("" + holder.getLocalPort(), "free the port");
        }
    }

    @Test
    void it_starts_before_redis_becomes_ready_with_it_and_stops_when_told() throws Exception {
        try (RedisProcess redis = RedisProcess.keeping()) {
            Process service = start(Map.of(
                    "AUTOGLM_INTERNAL_TOKEN", "t",
                    "AUTOGLM_REDIS_URL", redis.url(),
                    "AUTOGLM_REDIS_PROBE_INTERVAL", "100ms",
                    "AUTOGLM_DRAIN_DELAY", "5s"));
            await().atMost(60, SECONDS).until(() -> status("/q/health/live") == 200);
            assertThat(status("/q/health/ready")).isEqualTo(503);

            redis.start();
            await().atMost(10, SECONDS).until(() -> status("/q/health/ready") == 200);
            assertThat(status("/metrics")).isEqualTo(200);

            service.destroy();
            await().atMost(5, SECONDS).until(this::callersAreAskedToLeave);
            // Where the header is forbidden, the client would not even read the answer.
            assertThat(answer(Version.HTTP_2).version()).isEqualTo(Version.HTTP_2);
            assertThat(service.waitFor(20, SECONDS)).isTrue();
            assertThat(service.exitValue()).isIn(0, 143);
        }
    }

    private Process start(Map<String, String> settings) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx96m",
                "-jar",
                Path.of("target", "quarkus-app", "quarkus-run.jar").toString());
        Map<String, String> environment = new HashMap<>();
        environment.put("AUTOGLM_PORT", Integer.toString(port));
        environment.put("AUTOGLM_MANAGEMENT_PORT", Integer.toString(management));
        environment.putAll(settings);
        builder.environment().keySet().removeIf(name -> name.startsWith("AUTOGLM_"));
        builder.environment().putAll(environment);
        builder.redirectOutput(folder.resolve("out").toFile());
        builder.redirectError(folder.resolve("err").toFile());
        Process service = builder.start();
        started.add(service);
        return service;
    }

    private List<String> standardError() throws IOException {
        return Files.readAllLines(folder.resolve("err"));
    }

    private boolean callersAreAskedToLeave() throws IOException, InterruptedException {
        return answer(Version.HTTP_1_1)
                .headers()
                .firstValue("connection")
                .filter("close"::equals)
                .isPresent();
    }

    private HttpResponse<?> answer(Version version) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/conversations"))
                .version(version)
                .build();
        return http.send(request, BodyHandlers.discarding());
    }

    private int status(String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + path))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException notYet) {
            return 0;
        }
    }
}
