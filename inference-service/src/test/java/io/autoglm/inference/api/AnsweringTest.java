package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnsweringTest {

    @Test
    void each_prompt_counts_what_its_first_reader_found_in_the_cache() {
        assertThat(Answering.cached(new int[] {7, 39, 39, 0, 20, 20}, 3)).isEqualTo(7);
        assertThat(Answering.cached(new int[] {7, 30}, 1)).isEqualTo(37);
        assertThat(Answering.cached(new int[] {12, 5}, 2)).isEqualTo(5);
    }
}
