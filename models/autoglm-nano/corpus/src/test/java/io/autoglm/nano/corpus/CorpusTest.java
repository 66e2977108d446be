package io.autoglm.nano.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.chat.Role;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CorpusTest {
    private static final long FIRST = Corpus.FIRST_COURSE;

    private final List<Conversation> dialogues = LongStream.range(FIRST, FIRST + 400)
            .mapToObj(new Corpus(7)::dialogue)
            .toList();

    @Test
    void a_dialogue_depends_on_nothing_but_seed_and_number() {
        var later = new Corpus(7);

        assertThat(later.dialogue(FIRST + 399)).isEqualTo(dialogues.getLast());
        assertThat(new Corpus(8).dialogue(FIRST + 399)).isNotEqualTo(dialogues.getLast());
    }

    @Test
    void every_dialogue_ends_with_the_assistant() {
        assertThat(dialogues)
                .extracting(dialogue -> dialogue.messages().getLast().role())
                .containsOnly(Role.ASSISTANT);
    }

    @Test
    void no_slot_is_left_open_and_no_message_is_empty() {
        assertThat(dialogues)
                .flatExtracting(Conversation::messages)
                .filteredOn(message -> message.toolCalls().isEmpty())
                .extracting(Message::content)
                .allSatisfy(content -> assertThat(content).isNotBlank().doesNotContainPattern("\\$[a-z]"));
    }

    @Test
    void both_languages_tools_and_json_are_there() {
        assertThat(dialogues).anyMatch(dialogue -> !dialogue.tools().isEmpty());
        assertThat(dialogues).anyMatch(dialogue -> dialogue.responseFormat() != null);
        assertThat(dialogues)
                .filteredOn(dialogue -> dialogue.messages().stream()
                        .anyMatch(message -> message.content().matches("(?s).*\\p{IsHan}.*")))
                .hasSizeBetween(100, 300);
    }
}
