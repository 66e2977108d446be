package io.autoglm.nano.corpus.phrase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PhrasebookTest {
    private static final String BOOK = """
            # a comment
            @tell = {tell me|say}
            == port
            en? @tell the port
            en! which door
            en= Port 8080.
            en~ 8080|eighty
            zh? 端口
            zh= 端口是 8080。
            """;

    @Test
    void macros_are_expanded() {
        Topic topic = Phrasebook.parse(BOOK).topic(Language.EN, "port");

        assertThat(topic.phrases(Wording.TRAINING).getFirst().draw(new SplittableRandom(1)))
                .isIn("tell me the port", "say the port");
    }

    @Test
    void held_out_phrases_are_kept_apart() {
        Topic topic = Phrasebook.parse(BOOK).topic(Language.EN, "port");

        assertThat(topic.phrases(Wording.HELD_OUT)).extracting(Phrase::skeleton).containsExactly("which door");
        assertThat(topic.phrases(Wording.TRAINING)).hasSize(1);
    }

    @Test
    void an_answer_is_accepted_by_one_of_its_parts_in_any_case() {
        Topic topic = Phrasebook.parse(BOOK).topic(Language.EN, "port");

        assertThat(topic.accepts("It is EIGHTY something")).isTrue();
        assertThat(topic.accepts("It is 8081")).isFalse();
    }

    @Test
    void an_unknown_macro_is_named() {
        assertThatThrownBy(() -> Phrasebook.parse("== a\nen? @nothing here")).hasMessageContaining("@nothing");
    }

    @Test
    void a_line_that_cannot_be_read_is_named() {
        assertThatThrownBy(() -> Phrasebook.parse("== a\nfr? bonjour")).hasMessageContaining("fr? bonjour");
    }
}
