package io.autoglm.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TraceIdTest {
    @Test
    void traceparent_wins_over_the_own_header() {
        String id = "0af7651916cd43dd8448eb211c80319c";

        assertThat(TraceId.of("00-" + id + "-b7ad6b7169203331-01", "mine")).isEqualTo(id);
    }

    @Test
    void a_traceparent_that_says_nothing_does_not_count() {
        assertThat(TraceId.of("00-" + "0".repeat(32) + "-b7ad6b7169203331-01", "mine"))
                .isEqualTo("mine");
        assertThat(TraceId.of("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", "mine"))
                .isEqualTo("0af7651916cd43dd8448eb211c80319c");
    }

    @Test
    void a_header_that_could_break_a_log_line_is_replaced() {
        assertThat(TraceId.of(null, "a\nb")).matches("[0-9a-f]{32}");
        assertThat(TraceId.of("nonsense", "mine-1")).isEqualTo("mine-1");
        assertThat(TraceId.of(null, null)).matches("[0-9a-f]{32}");
    }
}
