package io.autoglm.gateway.counting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against an exact model: a list of the times at which requests were let in.
class SlidingWindowTest {
    private static final long MINUTE = 60_000_000;
    private static final long SLICE = MINUTE / SlidingWindow.SLICES;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void no_window_of_a_minute_ever_has_more_than_the_limit(long seed) {
        Random random = new Random(seed);
        SlidingWindow window = new SlidingWindow(MINUTE);
        Deque<Long> exact = new ArrayDeque<>();
        int most = 1 + random.nextInt(400);
        long now = 1_700_000_000_000_000L + random.nextLong(MINUTE);

        for (int i = 0; i < 20_000; i++) {
            now += pause(random);
            window.moveTo(now);
            forget(exact, now);
            if (window.count() < most) {
                window.add(now);
                exact.addLast(now);
            }
            assertThat(exact.size()).as("seed %d at %d", seed, i).isLessThanOrEqualTo(most);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void what_left_the_window_is_forgotten_at_most_a_slice_late(long seed) {
        Random random = new Random(seed);
        SlidingWindow window = new SlidingWindow(MINUTE);
        Deque<Long> exact = new ArrayDeque<>();
        Deque<Long> withSlice = new ArrayDeque<>();
        long now = 1_700_000_000_000_000L;

        for (int i = 0; i < 20_000; i++) {
            now += pause(random);
            window.moveTo(now);
            window.add(now);
            exact.addLast(now);
            withSlice.addLast(now);
            forget(exact, now);
            forget(withSlice, now - SLICE);
            assertThat(window.count()).isBetween(exact.size(), withSlice.size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 10_000})
    void under_load_without_a_pause_at_least_99_percent_of_the_limit_are_let_in(int most) {
        SlidingWindow window = new SlidingWindow(MINUTE);
        long begin = 1_700_000_000_123_456L;
        long admitted = 0;
        int minutes = 101;

        for (long now = begin; now < begin + minutes * MINUTE; now += 20_000) {
            window.moveTo(now);
            for (int i = window.count(); i < most; i++) {
                window.add(now);
                admitted++;
            }
        }

        assertThat(admitted).isBetween((long) (0.99 * most * minutes), (long) most * (minutes + 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void whoever_waits_as_long_as_told_is_let_in_and_not_a_slice_earlier(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            SlidingWindow window = new SlidingWindow(MINUTE);
            int most = 1 + random.nextInt(60);
            long now = 1_700_000_000_000_000L + random.nextLong(MINUTE);
            window.moveTo(now);
            while (window.count() < most) {
                window.add(now);
                now += pause(random) / 10;
                window.moveTo(now);
            }

            long wait = window.microsUntilFewerThan(most, now);
            window.moveTo(now + wait - 1);
            assertThat(window.count()).isEqualTo(most);
            window.moveTo(now + wait);
            assertThat(window.count()).isLessThan(most);
        }
    }

    @Test
    void a_clock_that_steps_back_a_little_changes_nothing_and_one_that_steps_back_far_begins_anew() {
        SlidingWindow window = new SlidingWindow(MINUTE);
        long now = 1_700_000_000_000_000L;
        window.moveTo(now);
        window.add(now);

        window.moveTo(now - MINUTE / 2);
        assertThat(window.count()).isEqualTo(1);
        window.moveTo(now - 10 * MINUTE);
        assertThat(window.count()).isZero();
    }

    /// Often nothing or a little, and sometimes longer than the window.
    private static long pause(Random random) {
        return switch (random.nextInt(50)) {
            case 0 -> random.nextLong(3 * MINUTE);
            case 1, 2, 3 -> random.nextLong(MINUTE / 10);
            case 4, 5, 6, 7 -> 0;
            default -> random.nextLong(MINUTE / 300);
        };
    }

    private static void forget(Deque<Long> times, long now) {
        while (!times.isEmpty() && times.peekFirst() < now - MINUTE) {
            times.removeFirst();
        }
    }
}
