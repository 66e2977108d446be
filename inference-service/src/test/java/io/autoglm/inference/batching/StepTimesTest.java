package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StepTimesTest {

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void while_nothing_decodes_a_chunk_may_be_four_times_as_long_within_a_second() {
        StepTimes times = new StepTimes(millis(1), 32, 8);
        assertThat(times.chunk(false)).as("nothing is known").isEqualTo(32);

        times.prefilled(32, millis(32));
        assertThat(times.chunk(false)).isEqualTo(128);

        times = new StepTimes(millis(1), 32, 8);
        times.prefilled(32, millis(320));
        assertThat(times.chunk(false)).isEqualTo(100);

        times = new StepTimes(millis(1), 32, 8);
        times.prefilled(32, millis(6400));
        assertThat(times.chunk(false)).as("a slow machine's chunk").isEqualTo(32);
    }

    @Test
    void a_chunk_takes_what_the_decode_run_leaves_of_the_budget() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.decoded(3, millis(40));
        times.prefilled(32, millis(32 * 3));

        assertThat(times.chunk(true)).isEqualTo(20);
    }

    @Test
    void a_prompt_goes_on_even_when_the_budget_is_gone() {
        StepTimes times = new StepTimes(millis(10), 32, 8);
        times.decoded(3, millis(40));
        times.prefilled(32, millis(320));

        assertThat(times.chunk(true)).isEqualTo(8);
    }

    @Test
    void averages_follow_a_lasting_change() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.prefilled(32, millis(32));
        for (int i = 0; i < 100; i++) {
            times.prefilled(32, millis(320));
        }

        assertThat(times.chunk(true)).isEqualTo(10);
    }

    @Test
    void the_few_last_tokens_of_a_prompt_hardly_count() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.prefilled(32, millis(32 * 5));
        for (int i = 0; i < 10; i++) {
            times.prefilled(1, millis(20));
        }

        assertThat(times.chunk(true)).isBetween(17, 20);
    }

    @Test
    void guesses_are_checked_where_the_engine_reads_several_tokens_in_little_more_time_than_one() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.decoded(1, millis(20));
        times.prefilled(32, millis(32 * 2));

        assertThat(times.worthChecking(0.9, 8)).isEqualTo(8);
        assertThat(times.worthChecking(0.9, 3)).isEqualTo(3);
        assertThat(times.worthChecking(0.01, 8)).isZero();
    }

    @Test
    void no_guess_is_checked_where_several_tokens_take_as_many_times_as_long() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.decoded(1, millis(20));
        times.prefilled(32, millis(32 * 20));

        assertThat(times.worthChecking(0.99, 8)).isZero();
    }

    @Test
    void what_a_check_took_counts_and_what_it_might_take_does_not() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.decoded(1, millis(20));
        times.prefilled(32, millis(32 * 2));
        for (int drafts = 1; drafts <= 8; drafts++) {
            times.checked(drafts, millis(20 + 10 * drafts));
        }

        assertThat(times.worthChecking(0.9, 8)).isBetween(3, 8);
        // (1 + 0.5) · 20 / 30 is no gain, and no longer draft is better.
        assertThat(times.worthChecking(0.5, 8)).isZero();
    }

    @Test
    void a_prompt_chunk_leaves_room_for_checks_where_an_answer_is_guessed() {
        StepTimes times = new StepTimes(millis(200), 128, 8);
        times.prefilled(128, millis(128 * 4));
        times.decoded(1, millis(20));
        for (int i = 0; i < 60; i++) {
            times.checked(8, millis(84));
        }

        assertThat(times.chunk(true)).isBetween(29, 32);
    }

    @Test
    void checks_behind_a_long_text_say_nothing_against_those_behind_a_short_one() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.prefilled(32, millis(32 * 2));
        times.decoded(1, millis(90));
        for (int drafts = 1; drafts <= 8; drafts++) {
            times.checked(drafts, millis(90 + 8 * drafts));
        }
        assertThat(times.worthChecking(0.9, 8)).isEqualTo(8);

        for (int i = 0; i < 60; i++) {
            times.decoded(1, millis(18));
        }

        assertThat(times.worthChecking(0.9, 8)).isEqualTo(8);
    }

    @Test
    void a_check_that_took_long_once_is_tried_again() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.prefilled(32, millis(32 * 2));
        times.decoded(1, millis(20));
        for (int drafts = 1; drafts <= 8; drafts++) {
            times.checked(drafts, millis(200));
        }
        assertThat(times.worthChecking(0.9, 8)).isZero();

        int plain = 0;
        while (plain < 5000 && times.worthChecking(0.9, 8) == 0) {
            times.decoded(1, millis(20));
            plain++;
        }

        assertThat(plain).isBetween(1000, 3000);
    }

    @Test
    void checks_that_always_take_long_are_hardly_ever_tried() {
        StepTimes times = new StepTimes(millis(100), 32, 8);
        times.prefilled(32, millis(32 * 2));
        times.decoded(1, millis(20));
        long wasted = 0;
        for (int i = 0; i < 20_000; i++) {
            int drafts = times.worthChecking(0.9, 8);
            if (drafts == 0) {
                times.decoded(1, millis(20));
            } else {
                times.checked(drafts, millis(200));
                wasted += 200 - 20;
            }
        }

        assertThat(wasted).isLessThan(20_000 * 20 / 20);
    }

    @Test
    void before_a_plain_step_was_measured_nothing_is_checked() {
        assertThat(new StepTimes(millis(100), 32, 8).worthChecking(1, 8)).isZero();
    }
}
