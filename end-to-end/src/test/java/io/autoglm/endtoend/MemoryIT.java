package io.autoglm.endtoend;

import static io.autoglm.endtoend.Clients.ask;
import static io.autoglm.endtoend.Clients.text;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.InternalServerException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.Part;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStack.class)
class MemoryIT {
    private final PackagedStack stack;
    private final OpenAIClient client;
    private final String session = "session-" + UUID.randomUUID();

    MemoryIT(PackagedStack stack) {
        this.stack = stack;
        this.client = Clients.openai(stack);
    }

    @Test
    void the_third_turn_of_a_session_knows_the_first() throws IOException {
        String first = say("My name is Mia.");
        String second = say("I like green tea.");
        ChatCompletion third = client.chat().completions().create(inSession("What is my name?"));

        ChatCompletion whole = client.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model(PackagedStack.MODEL)
                        .temperature(0.0)
                        .maxCompletionTokens(48)
                        .addUserMessage("My name is Mia.")
                        .addAssistantMessage(first)
                        .addUserMessage("I like green tea.")
                        .addAssistantMessage(second)
                        .addUserMessage("What is my name?")
                        .build());

        assertThat(text(third)).isEqualTo(text(whole));
        assertThat(third.usage().orElseThrow().promptTokens())
                .isEqualTo(whole.usage().orElseThrow().promptTokens());
        assertThat(remembered()).containsExactly("My name is Mia.", "I like green tea.", "What is my name?");
    }

    @Test
    void a_streamed_turn_is_remembered_when_the_stream_has_ended() throws IOException {
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(inSession("I live in Köln."))) {
            assertThat(stream.stream().count()).isPositive();
        }

        assertThat(remembered()).containsExactly("I live in Köln.");
    }

    @Test
    void a_system_message_holds_for_the_session_until_another_replaces_it() throws IOException {
        client.chat().completions().create(inSession("hi", "Be brief."));
        assertThat(pinned()).containsExactly("Be brief.");
        say("go on");
        assertThat(pinned()).containsExactly("Be brief.");

        client.chat().completions().create(inSession("and now?", "Speak German."));

        assertThat(pinned()).containsExactly("Speak German.");
        assertThat(remembered()).containsExactly("hi", "go on", "and now?");
    }

    @Test
    void the_same_session_name_of_another_tenant_is_another_session() throws IOException {
        say("My name is Mia.");

        Map<String, String> headers = new HashMap<>(PackagedStack.as(PackagedStack.OTHER_KEY));
        Http.Answer alone = Http.post(completions(), headers, chat("hi", 2));
        headers.put("X-Session-Id", session);
        Http.Answer other = Http.post(completions(), headers, chat("hi", 2));

        assertThat(other.status()).as(other.body()).isEqualTo(200);
        assertThat(other.json().at("/usage/prompt_tokens").asInt())
                .isPositive()
                .isEqualTo(alone.json().at("/usage/prompt_tokens").asInt());
        assertThat(remembered(PackagedStack.OTHER_TENANT)).containsExactly("hi");
        assertThat(remembered()).containsExactly("My name is Mia.");
    }

    @Test
    void no_acknowledged_turn_is_lost_when_context_service_and_redis_are_killed() throws Exception {
        Map<String, Future<Boolean>> turns = new LinkedHashMap<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                String brief = "brief note " + i;
                String lengthy = "lengthy note " + i;
                turns.put(brief, clients.submit(() -> acknowledges(brief, 4)));
                turns.put(lengthy, clients.submit(() -> acknowledges(lengthy, 700)));
            }
            await().atMost(60, SECONDS).pollInterval(Duration.ofMillis(5)).until(() -> ended(turns) >= 4);
            assertThat(running()).isPositive();
            stack.redis().kill();
            stack.context().kill();
        } finally {
            mend(stack.redis());
            mend(stack.context());
        }

        List<String> acknowledged = turns.entrySet().stream()
                .filter(turn -> turn.getValue().resultNow())
                .map(Map.Entry::getKey)
                .toList();
        assertThat(acknowledged).hasSizeBetween(4, turns.size() - 1);
        assertThat(remembered()).containsAll(acknowledged);
        say("still here?");
        assertThat(remembered()).contains("still here?");
    }

    @Test
    void without_redis_a_chat_goes_on_and_a_session_is_told_to_come_back() throws IOException {
        say("My name is Mia.");
        stack.redis().kill();
        try {
            assertThat(text(client.chat().completions().create(ask("hi").build())))
                    .isNotBlank();
            assertThatThrownBy(() -> say("What is my name?"))
                    .asInstanceOf(type(InternalServerException.class))
                    .satisfies(away -> {
                        assertThat(away.statusCode()).isEqualTo(503);
                        assertThat(Integer.parseInt(
                                        away.headers().values("Retry-After").getFirst()))
                                .isBetween(1, 60);
                    });
        } finally {
            stack.redis().restart();
            stack.context().awaitReady();
        }

        say("What is my name?");
        assertThat(remembered()).containsExactly("My name is Mia.", "What is my name?");
    }

    private String say(String message) {
        return text(client.chat().completions().create(inSession(message)));
    }

    /// Whether a whole stream came that is not marked as not remembered.
    private boolean acknowledges(String message, int tokens) throws IOException {
        ObjectNode request = (ObjectNode) Http.tree(chat(message, tokens));
        request.put("stream", true).put("ignore_eos", true);
        Map<String, String> headers = new HashMap<>(PackagedStack.asUser());
        headers.put("X-Session-Id", session);
        Http.Answer answer = Http.post(completions(), headers, request.toString());
        return answer.status() == 200
                && answer.body().endsWith("data: [DONE]\n\n")
                && !answer.body().contains(": not-remembered");
    }

    private static long ended(Map<String, Future<Boolean>> turns) {
        return turns.values().stream().filter(Future::isDone).count();
    }

    private double running() throws IOException {
        return stack.instanceFigures(1).sum("vllm:num_requests_running")
                + stack.instanceFigures(2).sum("vllm:num_requests_running");
    }

    private static void mend(Part part) {
        if (!part.isAlive()) {
            part.restart();
        }
    }

    private String completions() {
        return stack.baseUrl() + "/chat/completions";
    }

    private static String chat(String message, int tokens) {
        return "{\"model\":\"autoglm-nano\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                .formatted(tokens, message);
    }

    private ChatCompletionCreateParams inSession(String message) {
        return ask(message).putAdditionalHeader("X-Session-Id", session).build();
    }

    private ChatCompletionCreateParams inSession(String message, String system) {
        return inSession(message).toBuilder().addSystemMessage(system).build();
    }

    /// The system messages as the context service holds them.
    private List<String> pinned() throws IOException {
        return stack.conversation(PackagedStack.TENANT, session).path("pinned").findValuesAsText("content");
    }

    /// The user's messages as the context service holds them.
    private List<String> remembered() throws IOException {
        return remembered(PackagedStack.TENANT);
    }

    private List<String> remembered(String tenant) throws IOException {
        List<String> said = new ArrayList<>();
        for (JsonNode turn : stack.conversation(tenant, session).path("turns")) {
            assertThat(turn.path("messages").path(1).path("role").asText()).isEqualTo("assistant");
            said.add(turn.path("messages").path(0).path("content").asText());
        }
        return said;
    }
}
