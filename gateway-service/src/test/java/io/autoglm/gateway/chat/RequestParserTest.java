package io.autoglm.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestParserTest {
    private final RequestParser parser = new RequestParser(3);

    @Test
    void a_request_that_needs_no_change_goes_on_with_its_own_bytes() {
        Buffer body = Buffer.buffer("{ \"model\":\"m\", \"messages\":[{\"role\":\"user\"}], \"temperature\": 0.70 }");

        CompletionRequest request = valid(body);

        assertThat(request.forInstance(request.messages())).isSameAs(body);
    }

    @Test
    void a_changed_request_keeps_every_other_field_its_order_and_its_digits() throws IOException {
        CompletionRequest request = valid(
                Buffer.buffer("{\"zeta\":1.10,\"model\":\"m\",\"big\":123456789012345678901234567890,\"tiny\":1E-30,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"\\u0000😀\"}],\"stream\":true,"
                        + "\"stream_options\":{\"other\":1}}"));

        JsonNode sent = RequestParser.JSON.readTree(
                request.forInstance(request.messages()).getBytes());

        assertThat(sent.path("stream_options").toString()).isEqualTo("{\"other\":1,\"include_usage\":true}");
        ((com.fasterxml.jackson.databind.node.ObjectNode) sent)
                .set("stream_options", request.json().get("stream_options"));
        assertThat(sent).isEqualTo(request.json());
        assertThat(sent.fieldNames())
                .toIterable()
                .containsExactly("zeta", "model", "big", "tiny", "messages", "stream", "stream_options");
        assertThat(sent.path("zeta").decimalValue()).hasToString("1.10");
    }

    @Test
    void joined_messages_take_the_place_of_the_requests_own() throws IOException {
        CompletionRequest request =
                valid(Buffer.buffer("{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}],\"n\":1}"));
        List<JsonNode> joined = List.of(
                RequestParser.JSON.readTree("{\"role\":\"assistant\"}"),
                request.messages().getFirst());

        assertThat(request.forInstance(joined))
                .hasToString("{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\"},{\"role\":\"user\"}],\"n\":1}");
    }

    @Test
    void usage_that_was_declined_is_asked_for_all_the_same() {
        CompletionRequest request = valid(
                Buffer.buffer(
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}],\"stream\":true,\"stream_options\":{\"include_usage\":false}}"));

        assertThat(request.wantsUsage()).isFalse();
        assertThat(request.forInstance(request.messages()).toString()).contains("\"include_usage\":true");
    }

    @Test
    void the_newer_name_of_the_token_limit_wins_and_what_is_no_number_is_left_to_the_instance() {
        assertThat(valid(limits("\"max_tokens\":5,\"max_completion_tokens\":7")).maxTokens())
                .hasValue(7);
        assertThat(valid(limits("\"max_tokens\":5")).maxTokens()).hasValue(5);
        assertThat(valid(limits("\"max_tokens\":\"5\"")).maxTokens()).isEmpty();
        assertThat(valid(limits("\"max_tokens\":-1")).maxTokens()).isEmpty();
    }

    @Test
    void more_messages_than_allowed_are_refused() {
        String message = "{\"role\":\"user\"},";
        RequestParser.Parsed parsed = parser.parse(
                Endpoint.CHAT,
                Buffer.buffer("{\"model\":\"m\",\"messages\":[" + message.repeat(3) + "{\"role\":\"user\"}]}"));

        assertThat(parsed).isInstanceOf(RequestParser.Parsed.Wrong.class);
    }

    private static Buffer limits(String fields) {
        return Buffer.buffer("{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]," + fields + "}");
    }

    private CompletionRequest valid(Buffer body) {
        return ((RequestParser.Parsed.Valid) parser.parse(Endpoint.CHAT, body)).request();
    }
}
