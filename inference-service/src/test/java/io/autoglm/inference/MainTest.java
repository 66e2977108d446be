package io.autoglm.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.autoglm.inference.batching.BatchingConfig;
import io.autoglm.service.CannotStart;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.BindException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MainTest {

    private static Throwable failing(Map<String, String> settings) {
        return catchThrowable(() -> new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ServingConfig.class)
                .withMapping(BatchingConfig.class)
                .withDefaultValues(settings)
                .build());
    }

    @Test
    void a_setting_that_is_none_of_the_allowed_is_told_with_its_name_and_what_is_allowed() {
        Throwable failure = new RuntimeException("Failed to start quarkus", failing(Map.of("autoglm.weights", "fp16")));

        assertThat(Main.reasons(failure))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("autoglm.weights: \"fp16\" must be one of ")
                        .contains("fp32", "int8", "int4", "auto"));
        assertThat(Main.exitCode(failure)).isEqualTo(78);
    }

    @Test
    void each_setting_that_is_wrong_has_a_line() {
        Throwable failure = failing(Map.of("autoglm.port", "many", "autoglm.batching.slots", "x"));

        assertThat(Main.reasons(failure))
                .hasSize(2)
                .anyMatch(line -> line.startsWith("autoglm.port: \"many\" "))
                .anyMatch(line -> line.startsWith("autoglm.batching.slots: \"x\" "));
    }

    @Test
    void what_a_person_must_change_is_told_apart_from_what_may_pass() {
        Throwable token = new IllegalStateException(new CannotStart("autoglm.internal-token is not set", "set it"));

        assertThat(Main.reasons(token)).containsExactly("autoglm.internal-token is not set: set it");
        assertThat(Main.exitCode(token)).isEqualTo(78);
        assertThat(Main.exitCode(new RuntimeException(new BindException("in use"))))
                .isEqualTo(78);
        assertThat(Main.exitCode(new NullPointerException())).isEqualTo(1);
        assertThat(Main.reasons(new NullPointerException())).containsExactly("NullPointerException");
    }
}
