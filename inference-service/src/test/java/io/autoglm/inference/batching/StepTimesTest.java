package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StepTimesTest {

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void while_nothing_decodes_the_chunk_is_the_largest() {
        StepTimes times = new StepTimes(millis(1), 32);
        times.prefilled(32, millis(500));

        assertThat(times.chunk(false)).isEqualTo(32);
    }

    @Test
    void a_chunk_takes_what_the_decode_run_leaves_of_the_budget() {
        StepTimes times = new StepTimes(millis(100), 32);
        times.decoded(millis(40));
        times.prefilled(32, millis(32 * 3));

        assertThat(times.chunk(true)).isEqualTo(20);
    }

    @Test
    void a_prompt_goes_on_even_when_the_budget_is_gone() {
        StepTimes times = new StepTimes(millis(10), 32);
        times.decoded(millis(40));
        times.prefilled(32, millis(320));

        assertThat(times.chunk(true)).isEqualTo(8);
    }

    @Test
    void averages_follow_a_lasting_change() {
        StepTimes times = new StepTimes(millis(100), 32);
        times.prefilled(1, millis(1));
        for (int i = 0; i < 100; i++) {
            times.prefilled(1, millis(10));
        }

        assertThat(times.chunk(true)).isEqualTo(10);
    }
}
