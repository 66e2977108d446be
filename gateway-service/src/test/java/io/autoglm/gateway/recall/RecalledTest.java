package io.autoglm.gateway.recall;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.protocol.conversation.Turn;
import io.autoglm.protocol.conversation.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecalledTest {
    private static final TokenEstimate ESTIMATE = new TokenEstimate(1_100);

    @Test
    void system_text_comes_first_then_the_recalled_turns_then_what_is_new_in_its_order() {
        Recalled.Remembered recalled = recalled(
                List.of(message("system", "pinned")),
                new Turn(List.of(message("user", "1"), message("assistant", "2")), 10),
                new Turn(List.of(message("tool", "3"), message("assistant", "4")), 10));

        assertThat(texts(recalled.join(List.of(message("user", "5"), message("user", "6")))))
                .containsExactly("pinned", "1", "2", "3", "4", "5", "6");
        assertThat(texts(recalled.join(
                        List.of(message("user", "5"), message("developer", "own"), message("user", "6")))))
                .containsExactly("own", "1", "2", "3", "4", "5", "6");
    }

    @Test
    void a_new_conversation_changes_nothing() {
        List<JsonNode> asked = List.of(message("system", "own"), message("user", "1"));

        assertThat(recalled(List.of()).join(asked)).isEqualTo(asked);
    }

    @Test
    void a_turn_costs_the_prompt_without_what_was_recalled_and_the_answer() {
        Recalled.Remembered recalled = recalled(List.of(), new Turn(List.of(message("user", "1")), 30));

        TurnCost cost = new TurnCost(recalled.tokensElsewhere(List.of(message("user", "x"))), 9);
        assertThat(cost.tokens(50, 7, 20)).isEqualTo(27);
        assertThat(cost.tokens(20, 7, 20)).isEqualTo(8);
    }

    @Test
    void system_text_is_not_paid_for_by_every_turn() {
        List<JsonNode> asked = List.of(message("system", "x".repeat(700)), message("user", "hi"));

        assertThat(new TurnCost(recalled(List.of()).tokensElsewhere(asked), 9).tokens(250, 10, 20))
                .isBetween(60, 160);
    }

    @Test
    void an_engine_that_does_not_count_is_not_taken_to_have_read_nothing() {
        assertThat(new TurnCost(30, 90).tokens(0, 7, 20)).isEqualTo(97);
        assertThat(new TurnCost(30, 90).tokens(50, 0, 12)).isEqualTo(32);
    }

    @Test
    void thoughts_that_are_not_stored_cost_no_later_prompt_anything() {
        assertThat(new TurnCost(30, 90).tokens(50, 4_000, 12)).isEqualTo(32);
    }

    @Test
    void an_image_costs_what_a_model_makes_of_it_and_not_its_bytes() {
        ObjectNode image = JsonNodeFactory.instance.objectNode().put("type", "image_url");
        image.putObject("image_url").put("url", "data:image/png;base64," + "A".repeat(1_000_000));
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", "user");
        message.putArray("content")
                .add(JsonNodeFactory.instance.objectNode().put("type", "text").put("text", "What is this?"))
                .add(image);

        assertThat(ESTIMATE.atMost(List.of(message))).isBetween(1_100, 1_160);
    }

    @Test
    void the_estimates_enclose_what_common_tokenizers_count() {
        // 11 words of English are 11 to 14 tokens in common vocabularies, 12 Chinese characters 6 to 14.
        List<JsonNode> english = List.of(message("user", "What is the weather like in Lyon at this time of year?"));
        List<JsonNode> chinese = List.of(message("user", "请帮我打开微信发一条消息"));

        assertThat(ESTIMATE.atMost(english)).isGreaterThan(22);
        assertThat(TokenEstimate.atLeast(english)).isLessThan(11);
        assertThat(ESTIMATE.atMost(chinese)).isGreaterThan(18);
        assertThat(TokenEstimate.atLeast(chinese)).isLessThan(6);
    }

    private static Recalled.Remembered recalled(List<JsonNode> pinned, Turn... turns) {
        long tokens = List.of(turns).stream().mapToLong(Turn::tokens).sum();
        return new Recalled.Remembered(new Window(turns.length, pinned, List.of(turns), tokens, 0));
    }

    private static JsonNode message(String role, String content) {
        return JsonNodeFactory.instance.objectNode().put("role", role).put("content", content);
    }

    private static List<String> texts(List<JsonNode> messages) {
        return messages.stream()
                .map(message -> message.path("content").asText())
                .toList();
    }
}
