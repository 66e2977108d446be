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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStack.class)
class FailoverIT {
    private static final int CLIENTS = 20;
    private static final int CHATS_EACH = 4;
    private static final int TOKENS = 60;

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
                    .until(() -> answered.get() >= CLIENTS
                            && stack.instanceFigures(1).sum("vllm:num_requests_running") > 0);
            ProcessHandle.of(before.path("pid").asLong()).orElseThrow().destroyForcibly();
            for (Future<?> chat : chats) {
                chat.get();
            }
        }

        assertThat(answered).hasValue(CLIENTS * CHATS_EACH);
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
    void a_stream_whose_instance_dies_ends_as_failed_and_not_as_finished() throws Exception {
        String request = """
                {"model":"autoglm-nano","stream":true,"max_tokens":1900,"ignore_eos":true,"skip_special_tokens":false,"temperature":1.5,
                 "messages":[{"role":"user","content":"tell me everything"}]}""";
        String received;
        try (var body = Http.stream(stack.baseUrl() + "/chat/completions", PackagedStack.asUser(), request)
                .body()) {
            byte[] begin = body.readNBytes(400);
            for (int number = 1; number <= 2; number++) {
                if (stack.instanceFigures(number).sum("vllm:num_requests_running") > 0) {
                    long pid = stack.instance("inference-" + number)
                            .orElseThrow()
                            .path("pid")
                            .asLong();
                    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                }
            }
            received =
                    new String(begin, StandardCharsets.UTF_8) + new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }

        assertThat(received).startsWith("data: {").contains("\"error\"");
        assertThat(received).doesNotContain("[DONE]").doesNotContain("\"finish_reason\":\"stop\"");
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
