package io.autoglm.nano.corpus.phrase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PhraseTest {
    @Test
    void every_expansion_comes_up() {
        assertThat(draws("{a|b}[c]")).containsExactlyInAnyOrder("a", "b", "ac", "bc");
    }

    @Test
    void choices_nest() {
        assertThat(draws("{a {b|c}|d}")).containsExactlyInAnyOrder("a b", "a c", "d");
    }

    @Test
    void an_alternative_may_be_empty() {
        assertThat(draws("{a|}b")).containsExactlyInAnyOrder("ab", "b");
    }

    @Test
    void a_backslash_keeps_a_bracket() {
        assertThat(draws("\\[$x\\]")).containsExactly("[$x]");
    }

    @Test
    void size_counts_the_expansions() {
        assertThat(Phrase.parse("{a|b}[c] {d|e|{f|g}}").size()).isEqualTo(16);
    }

    @Test
    void an_unclosed_choice_is_named() {
        assertThatThrownBy(() -> Phrase.parse("{a|b"))
                .hasMessageContaining("missing '}'")
                .hasMessageContaining("{a|b");
    }

    @Test
    void a_stray_bracket_is_named() {
        assertThatThrownBy(() -> Phrase.parse("a]b")).hasMessageContaining("stray ']'");
    }

    private static Set<String> draws(String text) {
        var phrase = Phrase.parse(text);
        var random = new SplittableRandom(1);
        return IntStream.range(0, 200).mapToObj(i -> phrase.draw(random)).collect(Collectors.toSet());
    }
}
