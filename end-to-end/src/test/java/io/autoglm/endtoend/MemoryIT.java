package io.autoglm.endtoend;

import static io.autoglm.endtoend.Clients.ask;
import static io.autoglm.endtoend.Clients.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.InternalServerException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
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
        client.chat()
                .completions()
                .create(inSession("hi").toBuilder()
                        .addSystemMessage("Be brief.")
                        .build());

        assertThat(window().path("pinned").path(0).path("content").asText()).isEqualTo("Be brief.");
        assertThat(remembered()).containsExactly("hi");
    }

    @Test
    void the_same_session_name_of_another_tenant_is_another_session() throws IOException {
        say("My name is Mia.");

        Http.Answer other = Http.post(
                stack.baseUrl() + "/chat/completions",
                Map.of("Authorization", "Bearer " + PackagedStack.NARROW_KEY, "X-Session-Id", session),
                "{\"model\":\"autoglm-nano\",\"max_tokens\":2,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        Http.Answer alone = Http.post(
                stack.baseUrl() + "/chat/completions",
                PackagedStack.asUser(),
                "{\"model\":\"autoglm-nano\",\"max_tokens\":2,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");

        // The narrow key may have used up its minute in another test; then it saw nothing either.
        assertThat(other.status()).isIn(200, 429);
        if (other.status() == 200) {
            assertThat(other.json().at("/usage/prompt_tokens").asInt())
                    .isEqualTo(alone.json().at("/usage/prompt_tokens").asInt());
        }
        assertThat(remembered()).containsExactly("My name is Mia.");
    }

    @Test
    void no_acknowledged_turn_is_lost_when_context_service_and_redis_are_killed() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> turns = IntStream.range(0, 12)
                    .mapToObj(i -> threads.submit(() -> {
                        String message = "note " + i;
                        return acknowledges(message) ? message : "";
                    }))
                    .toList();
            for (Future<String> turn : turns) {
                acknowledged.add(turn.get());
                if (acknowledged.size() == 4) {
                    stack.redis().kill();
                    stack.context().kill();
                }
            }
        }
        acknowledged.removeIf(String::isEmpty);

        stack.redis().restart();
        stack.context().restart();

        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(4);
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

    /// Whether an answer came that is not marked as not remembered.
    private boolean acknowledges(String message) throws IOException {
        Http.Answer answer = Http.post(
                stack.baseUrl() + "/chat/completions",
                Map.of("Authorization", "Bearer " + PackagedStack.KEY, "X-Session-Id", session),
                "{\"model\":\"autoglm-nano\",\"max_tokens\":2,\"messages\":[{\"role\":\"user\",\"content\":\"" + message
                        + "\"}]}");
        return answer.status() == 200 && !answer.header("x-autoglm-degraded").contains("not-remembered");
    }

    private ChatCompletionCreateParams inSession(String message) {
        return ask(message).putAdditionalHeader("X-Session-Id", session).build();
    }

    /// The user's messages as the context service holds them.
    private List<String> remembered() throws IOException {
        List<String> said = new ArrayList<>();
        for (JsonNode turn : window().path("turns")) {
            assertThat(turn.path("messages").path(1).path("role").asText()).isEqualTo("assistant");
            said.add(turn.path("messages").path(0).path("content").asText());
        }
        return said;
    }

    private JsonNode window() throws IOException {
        return Http.get(
                        stack.contextUrl() + "/v1/conversations/" + session + "/window?tokens=100000",
                        stack.asService())
                .json();
    }
}
