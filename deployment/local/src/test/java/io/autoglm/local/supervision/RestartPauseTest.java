package io.autoglm.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestartPauseTest {

    private final RestartPause pause = new RestartPause();

    @Test
    void the_first_crash_costs_no_time_and_each_further_one_twice_as_much_up_to_half_a_minute() {
        List<Long> seconds = new ArrayList<>();
        for (int crash = 0; crash < 9; crash++) {
            seconds.add(pause.after(Duration.ofSeconds(2)).toSeconds());
        }

        assertThat(seconds).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
    }

    @Test
    void a_run_of_a_minute_is_forgiven_what_came_before() {
        for (int crash = 0; crash < 5; crash++) pause.after(Duration.ZERO);

        assertThat(pause.after(Duration.ofMinutes(1))).isZero();
        assertThat(pause.after(Duration.ZERO)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_part_that_crashes_for_a_year_still_rests_half_a_minute() {
        Duration last = Duration.ZERO;
        for (int crash = 0; crash < 1_000_000; crash++) last = pause.after(Duration.ZERO);

        assertThat(last).isEqualTo(Duration.ofSeconds(30));
    }
}
