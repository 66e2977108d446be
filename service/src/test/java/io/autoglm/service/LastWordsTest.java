package io.autoglm.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithDefault;
import java.net.BindException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LastWordsTest {
    /// A setting of each kind.
    @ConfigMapping(prefix = "autoglm.test")
    interface Settings {
        @WithDefault("1")
        int slots();

        @WithDefault("1s")
        Duration timeout();

        @WithDefault("auto")
        Weights weights();
    }

    enum Weights {
        AUTO,
        FP32
    }

    @Test
    void every_setting_that_is_wrong_is_named_with_its_value_in_one_line() {
        LastWords words = LastWords.of(new RuntimeException(
                "Failed to start", failing(Map.of("autoglm.test.slots", "many", "autoglm.test.timeout", "soon"))));

        assertThat(words.exitCode()).isEqualTo(78);
        assertThat(words.line())
                .contains("autoglm.test.slots: \"many\" ", "; ", "autoglm.test.timeout: \"soon\" ")
                .doesNotContain("SRCFG", "Exception")
                .hasLineCount(1);
    }

    @Test
    void a_setting_that_is_none_of_the_allowed_is_told_with_what_is_allowed() {
        LastWords words = LastWords.of(failing(Map.of("autoglm.test.weights", "fp16")));

        assertThat(words.exitCode()).isEqualTo(78);
        assertThat(words.line())
                .startsWith("autoglm.test.weights: \"fp16\" must be one of ")
                .contains("auto", "fp32");
    }

    @Test
    void a_single_value_that_cannot_be_read_is_named_too() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withDefaultValue("autoglm.test.slots", "many")
                .build();
        Throwable unreadable = catchThrowable(() -> config.getValue("autoglm.test.slots", Integer.class));

        LastWords words = LastWords.of(new RuntimeException("Failed to start", unreadable));

        assertThat(words.exitCode()).isEqualTo(78);
        assertThat(words.line()).startsWith("autoglm.test.slots: \"many\" ").doesNotContain("SRCFG");
    }

    private static Throwable failing(Map<String, String> settings) {
        return catchThrowable(() -> new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withMapping(Settings.class)
                .withDefaultValues(settings)
                .build());
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
