package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class FillInTheMiddleTest {

    @Test
    void a_model_is_known_by_all_three_of_its_marks() {
        Set<String> qwen = Set.of("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>");

        assertThat(FillInTheMiddle.of(qwen::contains))
                .hasValueSatisfying(marks -> assertThat(marks.prompt("a(", ")\n"))
                        .isEqualTo("<|fim_prefix|>a(<|fim_suffix|>)\n<|fim_middle|>"));
        assertThat(FillInTheMiddle.of(Set.of("<|code_prefix|>", "<|code_middle|>")::contains))
                .isEmpty();
    }
}
