package io.autoglm.endtoend;

import static io.autoglm.endtoend.Clients.askFor;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.HttpResponseFor;
import com.openai.models.chat.completions.ChatCompletion;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import io.autoglm.endtoend.stack.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStack.class)
class FailoverIT {
    private static final int CLIENTS = 20;
    private static final int CHATS_EACH = 4;
    private static final int TOKENS = 60;
    /// Tokens that take a while.
    private static final int LONG = 600;
    /// As many as fit the model's context.
    private static final int MOST = 1_900;

    /// What is said twice is only the same to the last bit where nothing is near a tie: steps of one token and
    /// of many round differently. The likeliest words are far from one; draws at a high temperature are not.
    private static final String GREEDY = "\"temperature\":0";
    private static final int GREEDY_TOKENS = 400;

    private final PackagedStack stack;
    private final OpenAIClient client;

    FailoverIT(PackagedStack stack) {
        this.stack = stack;
        this.client = Clients.openai(stack);
    }

    @AfterEach
    void everything_is_back_for_the_next_test() {
        stack.awaitInstances();
    }

    @Test
    void twenty_clients_do_not_notice_that_one_of_two_instances_is_killed() throws Exception {
        JsonNode before = stack.instance("inference-1").orElseThrow();
        double retries = retries();
        AtomicInteger answered = new AtomicInteger();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> chats = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String name = "client " + i;
                chats.add(clients.submit(() -> {
                    for (int chat = 0; chat < CHATS_EACH; chat++) {
                        ChatCompletion answer = client.chat()
                                .completions()
                                .create(askFor(TOKENS, name + " says hello " + chat)
                                        .build());
                        assertThat(answer.usage().orElseThrow().completionTokens())
                                .isEqualTo(TOKENS);
                        answered.incrementAndGet();
                    }
                }));
            }
            await().atMost(60, SECONDS)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> answered.get() >= CLIENTS && running(1) > 0);
            stack.process(1).destroyForcibly();
            for (Future<?> chat : chats) {
                chat.get();
            }
        }

        assertThat(answered).hasValue(CLIENTS * CHATS_EACH);
        assertThat(retries())
                .as("requests that were in flight on the killed instance")
                .isGreaterThan(retries);
        await().atMost(60, SECONDS).untilAsserted(() -> {
            JsonNode after = stack.instance("inference-1").orElseThrow();
            assertThat(after.path("state").asText()).isEqualTo("ready");
            assertThat(after.path("pid").asLong())
                    .isNotEqualTo(before.path("pid").asLong());
            assertThat(after.path("restarts").asInt())
                    .isEqualTo(before.path("restarts").asInt() + 1);
        });
        await().atMost(20, SECONDS).until(() -> instanceThatAnswers().equals("inference-1"));
    }

    @Test
    void a_stream_whose_instance_is_killed_goes_on_from_the_other_word_for_word() throws Exception {
        String undisturbed = whole(stream(GREEDY, GREEDY_TOKENS));
        double continued = continued();
        StringBuilder seen = new StringBuilder();
        try (InputStream body = stream(GREEDY, GREEDY_TOKENS).body()) {
            seen.append(new String(body.readNBytes(4_000), StandardCharsets.UTF_8));
            killWhatRuns();
            seen.append(new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }

        assertThat(seen.toString()).endsWith("data: [DONE]\n\n").doesNotContain("\"error\"", ": tokens", ": resumed");
        assertThat(said(seen.toString())).isEqualTo(said(undisturbed));
        assertThat(ids(seen.toString())).hasSize(1);
        assertThat(continued()).isGreaterThan(continued);
    }

    @Test
    void a_stream_with_nobody_left_to_go_on_ends_as_failed_and_not_as_finished() throws Exception {
        String received;
        try (var body = stream("\"temperature\":1.5", MOST).body()) {
            byte[] begin = body.readNBytes(400);
            for (int number = 1; number <= 2; number++) {
                stack.process(number).destroyForcibly();
            }
            received =
                    new String(begin, StandardCharsets.UTF_8) + new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }

        assertThat(received).startsWith("data: {").contains("\"error\"");
        assertThat(received).doesNotContain("[DONE]").doesNotContain("\"finish_reason\":\"stop\"");
    }

    @Test
    void while_an_instance_hangs_with_its_port_open_every_request_is_answered_and_it_is_taken_out() throws Exception {
        ProcessHandle hung = stack.process(1);
        double retries = retries();
        Signal.STOP.send(hung);
        try {
            for (Future<String> stream : streams(8, 8)) {
                assertThat(stream.get()).endsWith("data: [DONE]\n\n").doesNotContain("\"error\"");
            }
            assertThat(retries())
                    .as("requests that the hung instance was given")
                    .isGreaterThan(retries);

            await().atMost(20, SECONDS).untilAsserted(() -> {
                JsonNode out = stack.instance("inference-1").orElseThrow();
                assertThat(out.path("state").asText()).isIn("ejected", "gone");
                assertThat(out.path("reason").asText()).contains("no report for");
            });
            for (int i = 0; i < 4; i++) {
                Http.Answer answer = chat();
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                assertThat(answer.header("x-autoglm-instance")).isEqualTo("inference-2");
            }
        } finally {
            Signal.CONT.send(hung);
        }

        stack.awaitInstances();
        assertThat(stack.process(1)).isEqualTo(hung);
        await().atMost(20, SECONDS).until(() -> running(1) == 0);
    }

    @Test
    void an_instance_that_is_told_to_stop_finishes_its_streams_while_another_takes_what_is_new() throws Exception {
        List<HttpResponse<InputStream>> open = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            open.add(stream(LONG));
        }
        String name = instance(open.getFirst());
        int number = Integer.parseInt(name.substring("inference-".length()));
        String logBefore = stack.instanceLog(number);
        ProcessHandle stopped = stack.process(number);
        stopped.destroy();

        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> streams = open.stream()
                    .map(stream -> clients.submit(() -> whole(stream)))
                    .toList();
            await().atMost(10, SECONDS).until(() -> state(name).equals("draining"));
            Http.Answer meanwhile = chat();
            assertThat(meanwhile.status()).as(meanwhile.body()).isEqualTo(200);
            assertThat(meanwhile.header("x-autoglm-instance")).isNotEqualTo(name);
            for (Future<String> stream : streams) {
                assertThat(stream.get())
                        .contains("\"completion_tokens\":" + LONG)
                        .endsWith("data: [DONE]\n\n")
                        .doesNotContain("\"error\"");
            }
        }

        stopped.onExit().get(60, SECONDS);
        assertThat(stack.instanceLog(number).substring(logBefore.length()))
                .containsPattern("draining models=1 running=[1-9]")
                .doesNotContain("drain timeout");
        await().atMost(60, SECONDS).until(() -> state(name).equals("ready"));
    }

    @Test
    void without_a_scheduler_the_gateway_serves_from_what_it_last_knew_and_says_so() throws IOException {
        stack.scheduler().kill();
        try {
            List<String> instances = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Http.Answer answer = chat();
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                assertThat(answer.header("x-autoglm-degraded")).contains("scheduler-down");
                instances.add(answer.header("x-autoglm-instance"));
            }
            assertThat(instances).contains("inference-1", "inference-2");
            await().atMost(10, SECONDS)
                    .until(() -> Http.get(stack.gatewayUrl() + "/health", Map.of())
                            .json()
                            .path("degraded")
                            .asText()
                            .equals("scheduler-down"));
        } finally {
            stack.scheduler().restart();
        }

        stack.awaitInstances();
        await().atMost(20, SECONDS)
                .until(() -> chat().header("x-autoglm-degraded").isEmpty());
    }

    @Test
    void a_scheduler_that_was_killed_finds_its_instances_again_instead_of_starting_others() {
        List<Long> before = pids();

        stack.scheduler().kill();
        stack.scheduler().restart();
        stack.awaitInstances();

        assertThat(pids()).isEqualTo(before);
    }

    private List<Long> pids() {
        return stack.instances().stream()
                .map(one -> one.path("pid").asLong())
                .sorted()
                .toList();
    }

    private void killWhatRuns() throws IOException {
        for (int number = 1; number <= 2; number++) {
            if (running(number) > 0) {
                stack.process(number).destroyForcibly();
            }
        }
    }

    /// The events of a stream without what differs from one answer to the next.
    private static List<String> said(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> line.replaceAll("\"(id|created)\":(\"[^\"]*\"|\\d+)", "")
                        .replaceAll("\"cached_tokens\":\\d+", ""))
                .toList();
    }

    private static Set<String> ids(String stream) {
        return Pattern.compile("\"id\":\"([^\"]*)\"")
                .matcher(stream)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    private double continued() throws IOException {
        return stack.gatewayFigures().sum("autoglm_upstream_continuations_total", "outcome=\"continued\"");
    }

    /// Begins with the first token.
    private HttpResponse<InputStream> stream(int tokens) throws IOException {
        return stream("\"temperature\":1.5", tokens);
    }

    private HttpResponse<InputStream> stream(String sampling, int tokens) throws IOException {
        String request = """
                {"model":"autoglm-nano","stream":true,"stream_options":{"include_usage":true},"max_tokens":%d,
                 "ignore_eos":true,"skip_special_tokens":false,%s,
                 "messages":[{"role":"user","content":"tell me everything"}]}""".formatted(tokens, sampling);
        HttpResponse<InputStream> response =
                Http.stream(stack.baseUrl() + "/chat/completions", PackagedStack.asUser(), request);
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }

    private List<Future<String>> streams(int count, int tokens) {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            return IntStream.range(0, count)
                    .mapToObj(i -> clients.submit(() -> whole(stream(tokens))))
                    .toList();
        }
    }

    private static String whole(HttpResponse<InputStream> stream) throws IOException {
        try (InputStream body = stream.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String instance(HttpResponse<InputStream> answer) {
        return answer.headers().firstValue("x-autoglm-instance").orElseThrow();
    }

    private String state(String id) {
        return stack.instance(id).map(one -> one.path("state").asText()).orElse("");
    }

    private double running(int number) throws IOException {
        return stack.instanceFigures(number).sum("vllm:num_requests_running");
    }

    private double retries() throws IOException {
        return stack.gatewayFigures().sum("autoglm_upstream_retries_total");
    }

    private String instanceThatAnswers() {
        try (HttpResponseFor<ChatCompletion> answer = client.chat()
                .completions()
                .withRawResponse()
                .create(askFor(2, "who are you?").build())) {
            return answer.headers().values("x-autoglm-instance").getFirst();
        }
    }

    private Http.Answer chat() throws IOException {
        return Http.post(
                stack.baseUrl() + "/chat/completions",
                PackagedStack.asUser(),
                "{\"model\":\"autoglm-nano\",\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    }
}
