package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SearchLineTest {

    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger tries = new AtomicInteger();

    private SearchLine line(boolean gone, Duration left) {
        return new SearchLine(
                step -> {
                    tries.incrementAndGet();
                    return refusals.getAndUpdate(more -> Math.max(0, more - 1)) > 0
                            ? Optional.of(new Refusal.Busy("full"))
                            : Optional.empty();
                },
                () -> gone,
                System.nanoTime() + left.toNanos());
    }

    @Test
    void a_search_that_has_not_begun_is_refused_as_any_request() {
        refusals.set(1);

        assertThatThrownBy(() -> line(false, Duration.ofMinutes(1)).submit(List.of()))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(new Refusal.Busy("full")));
        assertThat(tries).hasValue(1);
    }

    @Test
    void a_search_in_its_middle_waits_for_a_line_that_is_full() throws InterruptedException {
        SearchLine line = line(false, Duration.ofMinutes(1));
        line.submit(List.of());
        refusals.set(3);

        line.submit(List.of());

        assertThat(tries).hasValue(5);
    }

    @Test
    void it_waits_no_longer_than_its_deadline() throws InterruptedException {
        SearchLine line = line(false, Duration.ofMillis(50));
        line.submit(List.of());
        refusals.set(Integer.MAX_VALUE);

        assertThatThrownBy(() -> line.submit(List.of()))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal()).isInstanceOf(Refusal.TooLate.class));
    }

    @Test
    void it_waits_for_nobody_who_is_gone() throws InterruptedException {
        SearchLine line = line(true, Duration.ofMinutes(1));
        line.submit(List.of());
        refusals.set(Integer.MAX_VALUE);

        assertThatThrownBy(() -> line.submit(List.of())).isInstanceOf(ClientGoneException.class);
    }
}
