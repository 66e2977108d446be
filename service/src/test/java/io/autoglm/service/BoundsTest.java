package io.autoglm.service;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BoundsTest {
    @Test
    void what_is_out_of_bounds_is_named_with_its_value_and_what_to_set() {
        refused(() -> Bounds.atLeast("a", 0, 1), "a is 0: set it to 1 or more");
        refused(() -> Bounds.positive("a", Duration.ofNanos(1)), "a is 0 ms: set it to 1 ms or more");
        refused(() -> Bounds.notNegative("a", Duration.ofMillis(-1)), "a is -1 ms: set it to 0 or more");
        refused(
                () -> Bounds.ordered("a", Duration.ofMillis(2), "b", Duration.ofMillis(1)),
                "a is 2 ms: set it to no more than b, which is 1 ms");
    }

    @Test
    void a_bound_itself_is_within() {
        assertThatCode(() -> {
                    Bounds.atLeast("a", 1, 1);
                    Bounds.positive("a", Duration.ofMillis(1));
                    Bounds.notNegative("a", Duration.ZERO);
                    Bounds.ordered("a", Duration.ofMillis(1), "b", Duration.ofMillis(1));
                })
                .doesNotThrowAnyException();
    }

    private static void refused(ThrowingCallable check, String line) {
        assertThatThrownBy(check).isInstanceOf(CannotStart.class).hasMessage(line);
    }
}
