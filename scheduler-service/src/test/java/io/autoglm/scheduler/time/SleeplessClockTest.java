package io.autoglm.scheduler.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.scheduler.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SleeplessClockTest {
    private final ManualClock steady = new ManualClock();
    private final ManualClock wall = new ManualClock();
    private final SleeplessClock clock = new SleeplessClock(steady, wall);
    private final Instant begin = clock.instant();

    @Test
    void it_goes_on_with_the_steady_clock_and_counts_what_only_the_wall_clock_saw() {
        steady.passes(Duration.ofSeconds(5));
        wall.passes(Duration.ofSeconds(5));
        assertThat(clock.instant()).isEqualTo(begin.plusSeconds(5));

        wall.passes(Duration.ofHours(8));
        assertThat(clock.instant()).isEqualTo(begin.plusSeconds(5).plus(Duration.ofHours(8)));
    }

    @Test
    void it_does_not_go_back_with_the_wall_clock() {
        wall.passes(Duration.ofHours(1));
        Instant before = clock.instant();

        wall.passes(Duration.ofHours(-2));
        steady.passes(Duration.ofSeconds(1));

        assertThat(clock.instant()).isEqualTo(before.plusSeconds(1));
    }
}
