package io.autoglm.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.autoglm.service.CannotStart;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailedStartTest {
    @ConfigMapping(prefix = "autoglm.test")
    interface Settings {
        int port();

        Duration timeout();
    }

    @Test
    void every_setting_that_cannot_be_read_is_named_on_a_line_of_its_own() {
        Throwable failure = catchThrowable(() -> new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(
                        Map.of("autoglm.test.port", "eighty", "autoglm.test.timeout", "soon"), "test", 100))
                .withMapping(Settings.class)
                .build());

        FailedStart start = FailedStart.of(new RuntimeException("Failed to start quarkus", failure));

        assertThat(start.exitCode()).isEqualTo(78);
        assertThat(start.reasons())
                .hasSize(2)
                .allSatisfy(reason -> assertThat(reason.lines()).hasSize(1));
        assertThat(String.join("\n", start.reasons()))
                .contains("autoglm.test.port")
                .contains("autoglm.test.timeout");
    }

    @Test
    void a_reason_that_the_service_gives_itself_is_the_line() {
        FailedStart start = FailedStart.of(
                new RuntimeException(new CannotStart("autoglm.chat.timeout is PT-1S", "it must be more")));

        assertThat(start).isEqualTo(new FailedStart(List.of("autoglm.chat.timeout is PT-1S: it must be more"), 78));
    }

    @Test
    void what_may_pass_by_itself_is_no_fault_of_the_configuration() {
        assertThat(FailedStart.of(new RuntimeException(new BindException("Port 8080 is in use\nand more")))
                        .reasons())
                .containsExactly("Port 8080 is in use: free the port or set AUTOGLM_PORT");
        assertThat(FailedStart.of(new BindException("taken")).exitCode()).isEqualTo(1);
        assertThat(FailedStart.of(new IllegalStateException()))
                .isEqualTo(new FailedStart(List.of("IllegalStateException"), 1));
    }
}
