package io.autoglm.context.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnCodecTest {
    private final TurnCodec codec = new TurnCodec(new ObjectMapper(), 1024);

    @Test
    void a_short_turn_is_stored_as_it_is() throws IOException {
        List<JsonNode> messages = List.of(message("你好 😀"));

        byte[] stored = codec.turn(7, codec.json(messages));

        assertThat(new String(stored, StandardCharsets.UTF_8)).startsWith("7:j[{\"role\"");
        assertThat(codec.turn(stored).messages()).isEqualTo(messages);
        assertThat(codec.turn(stored).tokens()).isEqualTo(7);
    }

    @Test
    void a_long_turn_is_stored_shorter() throws IOException {
        List<JsonNode> messages = List.of(message("the same again. ".repeat(500)));

        byte[] stored = codec.turn(2_000, codec.json(messages));

        assertThat(stored).hasSizeLessThan(500);
        assertThat(codec.turn(stored).messages()).isEqualTo(messages);
    }

    @Test
    void unknown_fields_of_a_message_are_kept() throws IOException {
        JsonNode message = new ObjectMapper()
                .readTree(
                        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"x\":{\"y\":[1,2.5,null]}}");

        assertThat(codec.turn(codec.turn(1, codec.json(List.of(message)))).messages())
                .containsExactly(message);
    }

    @Test
    void damaged_bytes_are_said_to_be_damaged() {
        for (String damaged : List.of("", "7", "7:", "7:x[]", "7:j[", "7:d[{}]", "x:j[{}]", "7:j[]")) {
            assertThatThrownBy(() -> codec.turn(damaged.getBytes(StandardCharsets.UTF_8)))
                    .as(damaged)
                    .isInstanceOf(IOException.class);
        }
    }

    private static JsonNode message(String content) {
        return JsonNodeFactory.instance.objectNode().put("role", "user").put("content", content);
    }
}
