package io.autoglm.endtoend;

import static io.autoglm.endtoend.Clients.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.Http.Answer;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedStack.class)
class BadInputIT {
    private final PackagedStack stack;

    BadInputIT(PackagedStack stack) {
        this.stack = stack;
    }

    @Test
    void a_wrong_key_is_refused() {
        assertThatThrownBy(() -> Clients.openai(stack, "sk-wrong")
                        .chat()
                        .completions()
                        .create(ask("hi").build()))
                .asInstanceOf(type(UnauthorizedException.class))
                .satisfies(refused -> assertThat(refused.code()).contains("invalid_api_key"));
    }

    @Test
    void no_key_is_refused() throws IOException {
        Answer answer = Http.post(completions(), Map.of(), chat().toString());

        assertRefused(answer, 401, null);
        assertThat(answer.json().at("/error/type").asText()).isEqualTo("authentication_error");
    }

    @Test
    void a_model_that_does_not_exist_is_not_found() {
        assertThatThrownBy(() -> Clients.openai(stack)
                        .chat()
                        .completions()
                        .create(ask("hi").model("gpt-nothing").build()))
                .asInstanceOf(type(NotFoundException.class))
                .satisfies(refused -> {
                    assertThat(refused.code()).contains("model_not_found");
                    assertThat(refused.param()).contains("model");
                });
    }

    @Test
    void a_prompt_that_is_too_long_is_refused_with_figures() {
        assertThatThrownBy(() -> Clients.openai(stack)
                        .chat()
                        .completions()
                        .create(ask("word ".repeat(5_000)).build()))
                .asInstanceOf(type(BadRequestException.class))
                .satisfies(refused -> {
                    assertThat(refused.code()).contains("context_length_exceeded");
                    assertThat(refused.param()).contains("messages");
                    assertThat(refused).hasMessageContaining("2048");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\"text\"", "null", "{\"model\":\"autoglm-nano\",\"messages\":[}", "\u0000"})
    void what_is_not_a_json_object_is_refused(String body) throws IOException {
        assertRefused(Http.post(completions(), PackagedStack.asUser(), body), 400, null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "model|7",
                "messages|[]",
                "messages|\"hi\"",
                "messages|null",
                "messages[0]|[3]",
                "messages[0].role|[{\"role\":\"king\",\"content\":\"a\"}]",
                "messages[0].role|[{\"content\":\"a\"}]",
                "messages[0].content|[{\"role\":\"user\"}]",
                "messages[0].content|[{\"role\":\"user\",\"content\":7}]",
                "stream|\"yes\"",
                "temperature|-1",
                "temperature|2.5",
                "temperature|\"hot\"",
                "top_p|1.5",
                "top_p|-0.1",
                "top_k|-5",
                "min_p|2",
                "n|0",
                "n|1000",
                "n|1.5",
                "max_tokens|0",
                "max_tokens|-1",
                "max_tokens|\"many\"",
                "max_completion_tokens|0",
                "presence_penalty|3",
                "frequency_penalty|-3",
                "repetition_penalty|0",
                "seed|\"x\"",
                "stop|7",
                "stop|[1]",
                "logit_bias|[]",
                "top_logprobs|50",
                "response_format|\"json\"",
                "response_format|{\"type\":\"xml\"}",
                "tools|{}",
                "tool_choice|7",
            })
    void a_parameter_of_the_wrong_type_or_range_is_named(String param, String value) throws IOException {
        ObjectNode request = chat();
        request.set(param.split("[\\[.]", 2)[0], Http.tree(value));

        Answer answer = Http.post(completions(), PackagedStack.asUser(), request.toString());

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().at("/error/type").asText()).isEqualTo("invalid_request_error");
        assertThat(answer.json().at("/error/param").asText()).isEqualTo(param);
    }

    @Test
    void a_bad_parameter_of_a_stream_is_refused_before_the_stream_begins() throws IOException {
        Answer answer = Http.post(
                completions(),
                PackagedStack.asUser(),
                chat().put("stream", true).put("temperature", 9).toString());

        assertRefused(answer, 400, "temperature");
        assertThat(answer.header("content-type")).startsWith("application/json");
    }

    @Test
    void an_image_for_a_model_that_reads_text_is_refused_clearly() throws IOException {
        ObjectNode request = chat();
        request.set("messages", Http.tree("""
                        [{"role":"user","content":[{"type":"text","text":"what is this?"},
                          {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]"""));

        Answer answer = Http.post(completions(), PackagedStack.asUser(), request.toString());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/param").asText()).startsWith("messages[0].content[1]");
        assertThat(answer.json().at("/error/message").asText())
                .contains("image_url")
                .contains("text");
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws IOException {
        ObjectNode request = chat();
        request.put("padding", "x".repeat(40_000_000));

        assertRefused(Http.post(completions(), PackagedStack.asUser(), request.toString()), 413, null);
    }

    @Test
    void a_session_name_that_is_no_name_is_refused() throws IOException {
        Map<String, String> headers = new HashMap<>(PackagedStack.asUser());
        headers.put("X-Session-Id", "../other");

        assertRefused(Http.post(completions(), headers, chat().toString()), 400, "X-Session-Id");
    }

    @Test
    void a_path_that_does_not_exist_is_not_found() throws IOException {
        assertRefused(Http.get(stack.baseUrl() + "/nothing", PackagedStack.asUser()), 404, null);
        assertRefused(Http.get(completions(), PackagedStack.asUser()), 405, null);
    }

    @Test
    void a_key_that_asks_too_often_is_told_when_to_come_back() throws IOException {
        Map<String, String> narrow = PackagedStack.as(PackagedStack.NARROW_KEY);
        ObjectNode request = chat().put("max_tokens", 2);
        Answer answer = Http.post(completions(), narrow, request.toString());
        for (int i = 0; i < 3 && answer.status() == 200; i++) {
            answer = Http.post(completions(), narrow, request.toString());
        }

        assertRefused(answer, 429, null);
        // The window is a minute and the slice that is being filled, 0.6 s.
        assertThat(Long.parseLong(answer.header("retry-after"))).isBetween(1L, 61L);
        assertThat(answer.header("x-ratelimit-limit-requests")).isEqualTo("2");
    }

    private static void assertRefused(Answer answer, int status, @Nullable String param) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().at("/error/message").asText()).isNotBlank();
        assertThat(answer.json().at("/error").has("type")).isTrue();
        if (param != null) {
            assertThat(answer.json().at("/error/param").asText()).isEqualTo(param);
        }
    }

    private String completions() {
        return stack.baseUrl() + "/chat/completions";
    }

    private static ObjectNode chat() {
        return (ObjectNode) Http.tree("""
                {"model":"autoglm-nano","max_tokens":4,"messages":[{"role":"user","content":"hi"}]}""");
    }
}
