package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.grammar.AnswerFormat;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import io.autoglm.inference.text.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AfterReasoningTest {

    private static final int WORDS = 256;

    /// Behind the 256 bytes: words, then the control tokens.
    private final TokenBytes tokens =
            Vocabularies.byteLevel(List.of("</think>", "</think>{", "nk>\n", "think", "hmm > so", "{}"));

    private final int end = tokens.size() - 2;
    private final TokenConstraint constraint = new AfterReasoning(
            Objects.requireNonNull(new AnswerFormat(tokens, List.of(end)).constraint(format())), tokens, List.of(end));

    private static JsonNode format() {
        return new ObjectMapper().createObjectNode().put("type", "json_object");
    }

    private boolean allows(int token) {
        long[] mask = new long[(tokens.size() + 63) / 64];
        constraint.allow(mask, 100);
        return (mask[token >> 6] >>> token & 1) == 1;
    }

    private void accept(String text) {
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            assertThat(allows(value & 0xff)).as(text).isTrue();
            constraint.accept(value & 0xff);
        }
    }

    @Test
    void reasoning_is_free_but_cannot_end_the_answer_or_run_into_the_form() {
        accept("So {the] <think> </thin </think ");

        assertThat(allows(WORDS)).isTrue();
        assertThat(allows(WORDS + 1)).as("runs on behind the mark").isFalse();
        assertThat(allows(WORDS + 2)).isTrue();
        assertThat(allows(WORDS + 4)).isTrue();
        assertThat(allows(end)).isFalse();

        accept("</thi");
        assertThat(allows(WORDS + 2)).as("would run on behind the mark").isFalse();
    }

    @Test
    void behind_its_mark_the_form_holds() {
        accept("hm");
        constraint.accept(WORDS);

        assertThat(allows('x')).isFalse();
        assertThat(allows('{')).isTrue();
        accept("\n{");
        assertThat(allows(end)).isFalse();
        accept("}");
        assertThat(allows(end)).isTrue();
    }

    @Test
    void a_mark_spelled_in_bytes_counts_too() {
        accept("a<</think>");

        assertThat(allows('x')).isFalse();
        assertThat(allows('{')).isTrue();
    }
}
