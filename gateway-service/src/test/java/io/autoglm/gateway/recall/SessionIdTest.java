package io.autoglm.gateway.recall;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionIdTest {

    @Test
    void the_longest_name_of_a_session_becomes_one_that_the_context_service_takes() {
        assertThat(SessionId.of("a very: odd/subject\n", "x".repeat(128)))
                .matches("[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}");
    }

    @Test
    void neither_two_subjects_nor_two_names_meet() {
        assertThat(SessionId.of("a", "b")).isNotEqualTo(SessionId.of("b", "b"));
        assertThat(SessionId.of("a", "b")).isNotEqualTo(SessionId.of("a", "c"));
        assertThat(SessionId.of("a\nb", "c")).isNotEqualTo(SessionId.of("a", "b\tc"));
    }
}
