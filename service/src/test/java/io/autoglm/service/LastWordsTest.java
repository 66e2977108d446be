package io.autoglm.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.BindException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LastWordsTest {
    /// A setting of each kind.
    @ConfigMapping(prefix = "autoglm.test")
    interface Settings {
        int slots();

        Duration timeout();
    }

    @Test
    void every_setting_that_is_wrong_is_named_with_its_value_in_one_line() {
        Throwable invalid = catchThrowable(() -> new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(Settings.class)
                .withDefaultValue("autoglm.test.slots", "many")
                .build());

        LastWords words = LastWords.of(new RuntimeException("Failed to start", invalid));

        assertThat(words.exitCode()).isEqualTo(78);
        assertThat(words.line())
                .contains("autoglm.test.slots", "many", "autoglm.test.timeout")
                .doesNotContain("SRCFG", "Exception:")
                .hasLineCount(1);
    }

    @Test
    void what_the_service_says_itself_is_said_as_it_is() {
        LastWords words = LastWords.of(new RuntimeException(new CannotStart("a is 1", "set it to 2")));

        assertThat(words).isEqualTo(new LastWords("a is 1: set it to 2", 78));
    }

    @Test
    void a_port_that_is_taken_may_be_free_at_the_next_start() {
        LastWords words = LastWords.of(new RuntimeException(new BindException("Port already bound: 8081")));

        assertThat(words).isEqualTo(new LastWords("Port already bound: 8081: free the port or set AUTOGLM_PORT", 1));
    }

    @Test
    void anything_else_is_told_by_its_innermost_cause() {
        assertThat(LastWords.of(new RuntimeException("outer", new IllegalStateException("inner\nmore"))))
                .isEqualTo(new LastWords("inner", 1));
        assertThat(LastWords.of(new StackOverflowError())).isEqualTo(new LastWords("StackOverflowError", 1));
    }
}
