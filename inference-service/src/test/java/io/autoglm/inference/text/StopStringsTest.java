package io.autoglm.inference.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopStringsTest {

    @Test
    void a_stop_string_ends_the_answer_before_its_first_character() {
        StopStrings stops = new StopStrings(List.of("\n\nUser:"));

        assertThat(stops.append("Hello\n")).isEqualTo("Hello");
        assertThat(stops.append("\nUs")).isEmpty();
        assertThat(stops.append("er: more")).isEmpty();
        assertThat(stops.stopped()).isTrue();
        assertThat(stops.end()).isEmpty();
    }

    @Test
    void what_only_looked_like_a_stop_string_is_let_out() {
        StopStrings stops = new StopStrings(List.of("END"));

        assertThat(stops.append("EN")).isEmpty();
        assertThat(stops.append("ENx E")).isEqualTo("ENENx ");
        assertThat(stops.end()).isEqualTo("E");
        assertThat(stops.stopped()).isFalse();
    }

    @Test
    void the_stop_string_that_is_complete_first_wins() {
        StopStrings stops = new StopStrings(List.of("abcd", "bc"));

        assertThat(stops.append("xabcd")).isEqualTo("xa");
        assertThat(stops.stopped()).isTrue();
    }

    @Test
    void of_two_complete_at_once_the_longer_is_kept_out() {
        StopStrings stops = new StopStrings(List.of("c", "abc"));

        assertThat(stops.append("xabc")).isEqualTo("x");
        assertThat(stops.stopped()).isTrue();
    }

    @Test
    void an_empty_stop_string_is_refused() {
        assertThatThrownBy(() -> new StopStrings(List.of("a", ""))).hasMessage("a stop string must not be empty");
    }

    @Test
    void however_the_text_is_cut_the_answer_is_what_a_search_of_the_whole_gives() {
        Random random = new Random(7);
        for (int run = 0; run < 20_000; run++) {
            String text = letters(random, 12);
            List<String> stops = List.of(letters(random, 4) + "a", letters(random, 3) + "b");
            StopStrings stream = new StopStrings(stops);
            StringBuilder out = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(4));
                out.append(stream.append(text.substring(at, end)));
                at = end;
            }
            out.append(stream.end());

            assertThat(out.toString()).as("%s in %s", stops, text).isEqualTo(searched(text, stops));
        }
    }

    private static String searched(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String soFar = text.substring(0, end);
            int longest = stops.stream()
                    .filter(soFar::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return text.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String letters(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }

    @Test
    void a_stop_string_that_is_to_be_seen_is_let_out_and_nothing_behind_it() {
        StopStrings stops = new StopStrings(List.of("END"), true);

        assertThat(stops.append("so E") + stops.append("ND of")).isEqualTo("so END");
        assertThat(stops.stopped()).isTrue();
        assertThat(stops.append("more") + stops.end()).isEmpty();
    }

    @Test
    void before_an_answer_may_end_its_stop_strings_are_text_but_their_beginnings_count() {
        StopStrings stops = new StopStrings(List.of("aba"));

        assertThat(stops.append("aba", false)).isEqualTo("ab");
        assertThat(stops.stopped()).isFalse();
        assertThat(stops.append("bax")).isEmpty();
        assertThat(stops.stopped()).isTrue();
    }
}
