package io.autoglm.gateway.continuation;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.upstream.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SaidTokensTest {
    private static final Buffer REQUEST = Buffer.buffer("{\"model\":\"nano\",\"stream\":true}\n");
    private static final SseEvent OPENING = SseEvent.saying("{\"id\":\"chatcmpl-1\",\"created\":5,\"choices\":[]}");

    private static SseEvent comment(String text) {
        return new SseEvent(Buffer.buffer(text + "\n\n"), "");
    }

    private static SseEvent word(int token) {
        return SseEvent.saying("{\"id\":\"chatcmpl-1\",\"word\":" + token + "}");
    }

    private static String onward(SaidTokens said) {
        return said.onward().orElseThrow().toString();
    }

    /// An instance that says the tokens from `from` on, each with its word, in bursts of any size.
    private static List<SseEvent> stream(int from, int to, Random random) {
        List<SseEvent> events = new ArrayList<>();
        StringBuilder untold = new StringBuilder();
        for (int token = from; token < to; token++) {
            events.add(word(token));
            untold.append(' ').append(token);
            if (random.nextBoolean() || token == to - 1) {
                events.add(comment(": tokens" + untold));
                untold.setLength(0);
            }
        }
        return events;
    }

    @Test
    void wherever_and_however_often_a_stream_breaks_each_word_comes_once_and_in_order() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            SaidTokens said = new SaidTokens(REQUEST);
            List<SseEvent> seen = new ArrayList<>();
            List<SseEvent> next = new ArrayList<>(stream(0, 20, random));
            next.addFirst(OPENING);
            int breaks = 1 + random.nextInt(4);
            for (int i = 0; i < breaks; i++) {
                seen.addAll(pass(said, next.subList(0, 1 + random.nextInt(next.size())), random));
                String request = onward(said);
                String tokens = request.substring(request.indexOf('[') + 1, request.indexOf(']'));
                int from = tokens.isEmpty() ? 0 : tokens.split(",").length;
                said.goesOn();
                next = new ArrayList<>(stream(from, 20, random));
                if (seen.isEmpty()) {
                    next.addFirst(OPENING);
                }
                next.addFirst(comment(": resumed " + from));
            }
            next.add(SseEvent.saying("[DONE]"));
            seen.addAll(pass(said, next, random));

            List<SseEvent> whole = new ArrayList<>();
            whole.add(OPENING);
            for (int token = 0; token < 20; token++) {
                whole.add(word(token));
            }
            whole.add(SseEvent.saying("[DONE]"));
            assertThat(seen).as("seed " + seed).isEqualTo(whole);
            assertThat(said.astray()).isFalse();
        }
    }

    private static List<SseEvent> pass(SaidTokens said, List<SseEvent> events, Random random) {
        List<SseEvent> passed = new ArrayList<>();
        int from = 0;
        while (from < events.size()) {
            int to = from + 1 + random.nextInt(events.size() - from);
            passed.addAll(said.pass(events.subList(from, to)));
            from = to;
        }
        return passed;
    }

    @Test
    void the_request_that_goes_on_is_the_callers_own_with_one_field_more() {
        SaidTokens said = new SaidTokens(REQUEST);
        said.pass(List.of(OPENING, word(7), comment(": tokens 7 8")));

        assertThat(onward(said))
                .isEqualTo("{\"model\":\"nano\",\"stream\":true,\"autoglm_resume\":"
                        + "{\"id\":\"chatcmpl-1\",\"created\":5,\"tokens\":[7,8]}}");
    }

    @Test
    void nobody_goes_on_with_what_is_over_or_has_no_name_or_is_told_wrongly() {
        SaidTokens over = new SaidTokens(REQUEST);
        over.pass(List.of(OPENING, comment(": tokens 7"), SseEvent.saying("[DONE]")));
        SaidTokens nameless = new SaidTokens(REQUEST);
        nameless.pass(List.of(SseEvent.saying("{\"choices\":[]}"), comment(": tokens 7")));
        SaidTokens wrong = new SaidTokens(REQUEST);
        wrong.pass(List.of(OPENING, comment(": tokens 7 x]}")));

        assertThat(List.of(over, nameless, wrong))
                .allMatch(said -> said.onward().isEmpty());
        assertThat(new SaidTokens(REQUEST).onward()).isEmpty();
    }

    @Test
    void what_no_comment_ever_follows_is_not_kept_back_without_end() {
        SaidTokens said = new SaidTokens(REQUEST);
        SseEvent large = SseEvent.saying("x".repeat(100_000));
        List<SseEvent> seen = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            seen.addAll(said.pass(List.of(large)));
        }

        assertThat(seen).hasSize(20);
        assertThat(said.kept()).isEmpty();
        assertThat(said.onward()).isEmpty();
    }

    @Test
    void a_stream_that_begins_anew_passes_nothing() {
        for (SseEvent first : List.of(OPENING, comment(": resumed 3"), comment(": tokens 1"))) {
            SaidTokens said = new SaidTokens(REQUEST);
            said.pass(List.of(OPENING, word(7), comment(": tokens 7")));
            said.goesOn();

            assertThat(said.pass(List.of(first, word(8)))).isEmpty();
            assertThat(said.astray()).isTrue();
            assertThat(said.kept()).isEmpty();
        }
    }
}
