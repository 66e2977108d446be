package io.autoglm.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.queue.ConcurrencyLimit.Measure;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GradientLimitTest {

    /// Instances that answer 64 requests at once, each in 50 ms, and queue the others: a first token takes as
    /// many rounds as there are before it.
    private static Duration firstToken(int running) {
        return Duration.ofMillis(Math.round(50.0 * Math.max(1, running / 64.0)));
    }

    /// Why it is off by default.
    @Test
    void a_slowness_that_lasts_is_taken_for_normal_and_only_the_bounds_hold() {
        GradientLimit limit = new GradientLimit(64, 8, 500);

        for (int i = 0; i < 20_000; i++) {
            limit.measured(Measure.FIRST_TOKEN, firstToken(limit.limit()), limit.limit());
        }

        assertThat(limit.limit()).isEqualTo(500);
    }

    @Test
    void it_becomes_less_when_first_tokens_come_late_and_more_when_they_come_again() {
        GradientLimit limit = new GradientLimit(100, 8, 400);
        for (int i = 0; i < 200; i++) {
            limit.measured(Measure.FIRST_TOKEN, Duration.ofMillis(50), limit.limit());
        }
        int quick = limit.limit();
        for (int i = 0; i < 20; i++) {
            limit.measured(Measure.FIRST_TOKEN, Duration.ofSeconds(1), limit.limit());
        }
        int slow = limit.limit();
        for (int i = 0; i < 1_000; i++) {
            limit.measured(Measure.FIRST_TOKEN, Duration.ofMillis(50), limit.limit());
        }

        assertThat(slow).isLessThan(quick / 3);
        assertThat(limit.limit()).isEqualTo(400);
    }

    @Test
    void a_gateway_that_uses_little_of_it_learns_nothing() {
        GradientLimit limit = new GradientLimit(100, 8, 400);

        for (int i = 0; i < 1_000; i++) {
            limit.measured(Measure.FIRST_TOKEN, Duration.ofMillis(50 + i), 49);
        }

        assertThat(limit.limit()).isEqualTo(100);
    }

    @Test
    void it_stays_between_its_bounds() {
        GradientLimit limit = new GradientLimit(100, 8, 150);
        for (int i = 1; i < 500; i++) {
            limit.measured(Measure.FIRST_TOKEN, Duration.ofMillis(i * (long) i), limit.limit());
            assertThat(limit.limit()).isBetween(8, 150);
        }
    }

    @Test
    void whole_answers_are_not_compared_with_first_tokens() {
        GradientLimit limit = new GradientLimit(100, 8, 400);

        for (int i = 0; i < 500; i++) {
            limit.measured(Measure.FIRST_TOKEN, Duration.ofMillis(10), limit.limit());
            limit.measured(Measure.PER_TOKEN, Duration.ofMillis(500), limit.limit());
        }

        assertThat(limit.limit()).isEqualTo(400);
    }

    @Test
    void by_load_the_base_grows_by_half_where_all_is_free() {
        assertThat(new LoadLimit(64, () -> 0).limit()).isEqualTo(64);
        assertThat(new LoadLimit(64, () -> 0.5).limit()).isEqualTo(80);
        assertThat(new LoadLimit(64, () -> 1).limit()).isEqualTo(96);
        assertThat(new LoadLimit(64, () -> 7).limit()).isEqualTo(96);
    }
}
