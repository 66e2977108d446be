package io.autoglm.endtoend;

import static io.autoglm.endtoend.Clients.ask;
import static io.autoglm.endtoend.Clients.askFor;
import static io.autoglm.endtoend.Clients.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.ResponseFormatJsonObject;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import io.autoglm.endtoend.stack.Figures;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStack.class)
class ChatIT {
    private static final String HI = """
            {"model":"autoglm-nano","max_tokens":2,"messages":[{"role":"user","content":"hi"}]}""";

    private final PackagedStack stack;
    private final OpenAIClient client;

    ChatIT(PackagedStack stack) {
        this.stack = stack;
        this.client = Clients.openai(stack);
    }

    @Test
    void a_question_is_answered_and_its_tokens_are_counted() {
        ChatCompletion answer =
                client.chat().completions().create(ask("Hello! Who are you?").build());

        assertThat(text(answer)).isNotBlank();
        assertThat(answer.model()).isEqualTo(PackagedStack.MODEL);
        var usage = answer.usage().orElseThrow();
        assertThat(usage.promptTokens()).isPositive();
        assertThat(usage.completionTokens()).isBetween(1L, 48L);
        assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
    }

    @Test
    void a_stream_says_what_the_whole_answer_says() {
        ChatCompletionCreateParams question = ask("你好，你是谁？").build();
        ChatCompletion whole = client.chat().completions().create(question);

        ChatCompletionAccumulator streamed = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(question)) {
            stream.stream().forEach(streamed::accumulate);
        }

        assertThat(text(streamed.chatCompletion())).isEqualTo(text(whole));
        assertThat(streamed.chatCompletion().choices().getFirst().finishReason())
                .isEqualTo(whole.choices().getFirst().finishReason());
    }

    @Test
    void a_stream_comes_piece_by_piece_and_tells_its_usage_only_when_asked() {
        List<ChatCompletionChunk> plain = chunks(askFor(20, "count").build());
        List<ChatCompletionChunk> counted = chunks(askFor(20, "count")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

        assertThat(plain).hasSizeGreaterThan(5).allMatch(chunk -> chunk.usage().isEmpty());
        assertThat(counted.getLast().usage().orElseThrow().completionTokens()).isEqualTo(20);
        assertThat(counted.getLast().choices()).isEmpty();
    }

    @Test
    void the_same_seed_gives_the_same_answer_and_another_seed_another() {
        String first = drawn(7);

        assertThat(drawn(7)).isEqualTo(first);
        assertThat(List.of(drawn(8), drawn(9), drawn(10))).anyMatch(other -> !other.equals(first));
    }

    @Test
    void several_answers_may_be_asked_for_at_once() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(ask("Tell me something.").n(3).temperature(1.0).build());

        assertThat(answer.choices()).extracting(ChatCompletion.Choice::index).containsExactly(0L, 1L, 2L);
    }

    @Test
    void json_mode_gives_json() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(ask("Give me a JSON object with the key name.")
                        .maxCompletionTokens(200)
                        .responseFormat(ResponseFormatJsonObject.builder().build())
                        .build());

        assertThat(Http.tree(text(answer)).isObject()).isTrue();
    }

    @Test
    void a_plain_completion_goes_on_with_the_text() {
        Completion completion = client.completions()
                .create(CompletionCreateParams.builder()
                        .model(CompletionCreateParams.Model.of(PackagedStack.MODEL))
                        .prompt("Hello")
                        .maxTokens(8)
                        .build());

        assertThat(completion.choices()).hasSize(1);
        assertThat(completion.usage().orElseThrow().completionTokens()).isBetween(1L, 8L);
    }

    @Test
    void the_model_is_listed_once_though_two_instances_serve_it() {
        assertThat(client.models().list().data()).extracting(Model::id).containsExactly(PackagedStack.MODEL);
        assertThat(client.models().retrieve(PackagedStack.MODEL).id()).isEqualTo(PackagedStack.MODEL);
    }

    @Test
    void an_answer_names_its_instance_its_request_and_the_trace_of_the_caller() {
        String trace = "0af7651916cd43dd8448eb211c80319c";

        try (HttpResponseFor<ChatCompletion> answer = client.chat()
                .completions()
                .withRawResponse()
                .create(ask("hi")
                        .putAdditionalHeader("traceparent", "00-" + trace + "-b7ad6b7169203331-01")
                        .build())) {
            assertThat(answer.headers().values("x-trace-id")).containsExactly(trace);
            assertThat(answer.headers().values("x-autoglm-instance").getFirst()).startsWith("inference-");
            assertThat(answer.headers().values("x-request-id").getFirst()).startsWith("req_");
            assertThat(answer.headers().values("openai-processing-ms").getFirst())
                    .containsOnlyDigits();
            assertThat(answer.headers().values("x-autoglm-degraded")).isEmpty();
        }
    }

    @Test
    void a_client_cannot_speak_for_the_services() throws IOException {
        Http.Answer answer = Http.post(
                stack.baseUrl() + "/chat/completions",
                Map.of("x-autoglm-internal-token", "guess", "x-autoglm-tenant", PackagedStack.OTHER_TENANT),
                HI);

        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    void a_client_cannot_choose_its_tenant() throws IOException {
        String session = "session-" + UUID.randomUUID();
        Map<String, String> forged = new HashMap<>(PackagedStack.asUser());
        forged.put("X-Session-Id", session);
        forged.put("x-autoglm-tenant", PackagedStack.OTHER_TENANT);

        Http.Answer answer = Http.post(stack.baseUrl() + "/chat/completions", forged, HI);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(stack.conversation(PackagedStack.TENANT, session).path("turns"))
                .hasSize(1);
        assertThat(stack.conversation(PackagedStack.OTHER_TENANT, session).path("turns"))
                .isEmpty();
    }

    @Test
    void the_documentation_opens_without_a_key_and_names_the_route() throws IOException {
        assertThat(Http.status(stack.gatewayUrl() + "/docs/")).isEqualTo(200);
        JsonNode api =
                Http.get(stack.gatewayUrl() + "/openapi?format=json", Map.of()).json();

        assertThat(api.path("paths").has("/v1/chat/completions")).isTrue();
    }

    @Test
    void what_happened_is_in_the_metrics() throws IOException {
        Figures gateway = stack.gatewayFigures();
        double generated = generated();

        double tokens = (double) client.chat()
                .completions()
                .create(ask("hi").build())
                .usage()
                .orElseThrow()
                .completionTokens();

        Figures after = stack.gatewayFigures();
        assertThat(growth("gen_ai_server_request_duration_seconds_count", gateway, after))
                .isGreaterThanOrEqualTo(1);
        assertThat(growth("gen_ai_client_token_usage_sum", gateway, after, "gen_ai_token_type=\"output\""))
                .isGreaterThanOrEqualTo(tokens);
        assertThat(after.holds("http_server_requests_seconds_bucket")).isTrue();
        assertThat(generated() - generated).isGreaterThanOrEqualTo(tokens);
    }

    private static double growth(String name, Figures before, Figures after, String... labels) {
        return after.sum(name, labels) - before.sum(name, labels);
    }

    /// By both instances, whichever answered.
    private double generated() throws IOException {
        return stack.instanceFigures(1).sum("vllm:generation_tokens_total")
                + stack.instanceFigures(2).sum("vllm:generation_tokens_total");
    }

    private String drawn(long seed) {
        return text(client.chat()
                .completions()
                .create(askFor(24, "Tell me a story.")
                        .temperature(1.5)
                        .seed(seed)
                        .build()));
    }

    private List<ChatCompletionChunk> chunks(ChatCompletionCreateParams question) {
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(question)) {
            return stream.stream().toList();
        }
    }
}
