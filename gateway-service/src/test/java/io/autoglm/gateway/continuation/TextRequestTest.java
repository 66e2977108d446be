package io.autoglm.gateway.continuation;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextRequestTest {

    private static TextRequest chat(String more) {
        return new TextRequest(
                Buffer.buffer("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}"),
                true);
    }

    private static JsonObject goingOn(TextRequest request) {
        return request.goingOn("Hel\"lo", 3).orElseThrow().toJsonObject();
    }

    @Test
    void the_text_is_the_beginning_of_the_last_message() {
        JsonObject request = goingOn(chat(",\"temperature\":0.70,\"unknown\":[1]"));

        assertThat(request.getJsonArray("messages").getJsonObject(1).encode())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"Hel\\\"lo\"}");
        assertThat(request.getBoolean("continue_final_message")).isTrue();
        assertThat(request.getBoolean("add_generation_prompt")).isFalse();
        assertThat(request.getJsonArray("unknown")).hasSize(1);
    }

    @Test
    void a_message_that_was_to_be_continued_grows() {
        JsonObject request = goingOn(new TextRequest(
                Buffer.buffer(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"Oh. \"}],"
                                + "\"continue_final_message\":true,\"add_generation_prompt\":false}"),
                true));

        assertThat(request.getJsonArray("messages")).hasSize(2);
        assertThat(request.getJsonArray("messages").getJsonObject(1).getString("content"))
                .isEqualTo("Oh. Hel\"lo");
    }

    @Test
    void what_the_answer_may_have_is_what_is_left_of_it() {
        JsonObject request = goingOn(chat(",\"max_tokens\":10,\"max_completion_tokens\":4,\"min_tokens\":2"));

        assertThat(request.getInteger("max_tokens")).isEqualTo(7);
        assertThat(request.getInteger("max_completion_tokens")).isEqualTo(1);
        assertThat(request.getInteger("min_tokens")).isZero();
        assertThat(chat(",\"max_tokens\":3").goingOn("x", 3)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"n\":2",
                ",\"response_format\":{\"type\":\"json_object\"}",
                ",\"guided_regex\":\"a*\"",
                ",\"tool_choice\":\"required\"",
                ",\"tool_choice\":{\"type\":\"function\"}",
                ",\"use_beam_search\":true",
                ",\"messages\":\"hi\""
            })
    void what_holds_for_the_answer_as_a_whole_is_not_gone_on_with(String more) {
        assertThat(chat(more).goingOn("x", 1)).isEmpty();
    }

    @Test
    void a_plain_prompt_grows_and_one_of_tokens_does_not() {
        assertThat(new TextRequest(Buffer.buffer("{\"prompt\":\"once\"}"), false)
                        .goingOn(" upon", 1)
                        .orElseThrow()
                        .toString())
                .isEqualTo("{\"prompt\":\"once upon\"}");
        assertThat(new TextRequest(Buffer.buffer("{\"prompt\":[1,2]}"), false).goingOn(" upon", 1))
                .isEmpty();
    }
}
