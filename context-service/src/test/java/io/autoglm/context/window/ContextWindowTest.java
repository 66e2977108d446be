package io.autoglm.context.window;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.autoglm.protocol.conversation.Turn;
import io.autoglm.protocol.conversation.Window;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContextWindowTest {
    private static final List<JsonNode> PINNED = List.of(message("system", "be brief"));

    @Test
    void a_turn_that_fits_exactly_is_recalled() {
        Window window = ContextWindow.of(2, PINNED, List.of(talk("a", 5), talk("b", 7)), 2, 12);

        assertThat(window.turns()).hasSize(2);
        assertThat(window.tokens()).isEqualTo(12);
        assertThat(window.dropped()).isZero();
    }

    @Test
    void the_oldest_turn_is_dropped_when_one_token_is_missing() {
        Window window = ContextWindow.of(2, PINNED, List.of(talk("a", 5), talk("b", 7)), 2, 11);

        assertThat(window.turns()).containsExactly(talk("b", 7));
        assertThat(window.dropped()).isEqualTo(1);
    }

    @Test
    void a_small_turn_behind_one_that_is_too_big_is_not_recalled() {
        Window window = ContextWindow.of(3, PINNED, List.of(talk("a", 1), talk("b", 100), talk("c", 1)), 3, 50);

        assertThat(window.turns()).containsExactly(talk("c", 1));
    }

    @Test
    void a_budget_of_nothing_still_gives_what_is_pinned() {
        Window window = ContextWindow.of(1, PINNED, List.of(talk("a", 5)), 1, 0);

        assertThat(window.pinned()).isEqualTo(PINNED);
        assertThat(window.turns()).isEmpty();
        assertThat(window.dropped()).isEqualTo(1);
    }

    @Test
    void turns_that_were_not_fetched_count_as_dropped() {
        assertThat(ContextWindow.of(9, List.of(), List.of(talk("z", 1)), 9, 10).dropped())
                .isEqualTo(8);
    }

    @Test
    void a_turn_that_answers_a_tool_call_is_not_recalled_without_the_call() {
        Turn call = turn(5, message("user", "weather?"), call("c1"));
        Turn result = turn(3, result("c1"), message("assistant", "rain"));
        Turn later = talk("thanks", 2);

        assertThat(ContextWindow.of(3, PINNED, List.of(call, result, later), 3, 9)
                        .turns())
                .containsExactly(later);
        assertThat(ContextWindow.of(3, PINNED, List.of(call, result, later), 3, 10)
                        .turns())
                .containsExactly(call, result, later);
    }

    @Test
    void a_chain_of_tool_calls_beyond_the_budget_begins_at_a_call_that_is_whole() {
        Turn first = turn(5, message("user", "do it"), call("c1"));
        Turn second = turn(5, result("c1"), call("c2"));
        Turn third = turn(5, result("c2"), call("c3"));

        List<Turn> recalled = ContextWindow.of(3, PINNED, List.of(first, second, third), 3, 10)
                .turns();

        assertThat(recalled).containsExactly(turn(5, call("c2")), third);
    }

    @Test
    void whatever_the_turns_the_window_is_the_longest_that_fits_and_no_result_lacks_its_call() {
        Random random = new Random(20261121);
        for (int round = 0; round < 5_000; round++) {
            List<Turn> held = randomTurns(random);
            long budget = random.nextInt(60);

            Window window = ContextWindow.of(held.size(), PINNED, held, held.size(), budget);

            assertThat(window.tokens()).isLessThanOrEqualTo(budget);
            assertThat(window.dropped() + window.turns().size()).isEqualTo(held.size());
            assertEveryResultHasItsCall(window.turns());
            assertIsNewest(window.turns(), held);
            assertNothingMoreWouldFit(window, held, budget);
        }
    }

    private static void assertEveryResultHasItsCall(List<Turn> turns) {
        Set<String> calls = new HashSet<>();
        for (Turn turn : turns) {
            for (JsonNode message : turn.messages()) {
                message.path("tool_calls")
                        .forEach(call -> calls.add(call.path("id").asText()));
                if (message.path("role").asText().equals("tool")) {
                    assertThat(calls).contains(message.path("tool_call_id").asText());
                }
            }
        }
    }

    private static void assertIsNewest(List<Turn> recalled, List<Turn> held) {
        List<Turn> newest = held.subList(held.size() - recalled.size(), held.size());
        for (int i = 1; i < recalled.size(); i++) {
            assertThat(recalled.get(i)).isSameAs(newest.get(i));
        }
        if (!recalled.isEmpty()) {
            assertThat(newest.getFirst().messages())
                    .endsWith(recalled.getFirst().messages().toArray(JsonNode[]::new));
        }
    }

    /// The turn before the window either does not fit, or the window begins where a chain of tool calls forced it to.
    private static void assertNothingMoreWouldFit(Window window, List<Turn> held, long budget) {
        int first = held.size() - window.turns().size();
        long tokens = window.tokens();
        while (first > 0 && tokens + held.get(first - 1).tokens() <= budget) {
            first--;
            tokens += held.get(first).tokens();
            assertThat(held.get(first).messages().getFirst().path("role").asText())
                    .isEqualTo("tool");
        }
    }

    private static List<Turn> randomTurns(Random random) {
        List<Turn> turns = new ArrayList<>();
        String open = null;
        int size = random.nextInt(12);
        for (int i = 0; i < size; i++) {
            JsonNode head = open == null ? message("user", "q" + i) : result(open);
            open = random.nextInt(3) == 0 ? "call-" + i : null;
            JsonNode tail = open == null ? message("assistant", "a" + i) : call(open);
            turns.add(turn(random.nextInt(20), head, tail));
        }
        return turns;
    }

    private static Turn talk(String text, int tokens) {
        return turn(tokens, message("user", text), message("assistant", text));
    }

    private static Turn turn(int tokens, JsonNode... messages) {
        return new Turn(List.of(messages), tokens);
    }

    private static JsonNode message(String role, String content) {
        return JsonNodeFactory.instance.objectNode().put("role", role).put("content", content);
    }

    private static JsonNode call(String id) {
        var message = JsonNodeFactory.instance.objectNode().put("role", "assistant");
        message.putArray("tool_calls").addObject().put("id", id);
        return message;
    }

    private static JsonNode result(String id) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("role", "tool")
                .put("tool_call_id", id)
                .put("content", "done");
    }
}
