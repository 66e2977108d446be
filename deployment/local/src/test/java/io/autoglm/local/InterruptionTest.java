package io.autoglm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class InterruptionTest {

    private static final ProcessBuilder SUPERVISOR = new ProcessBuilder("sleep", "600");

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final Interruption interruption = new Interruption(new PrintStream(shown, true, StandardCharsets.UTF_8));

    @Test
    void it_returns_when_the_supervisor_has_ended() throws IOException {
        Process supervisor = interruption.start(SUPERVISOR);

        interruption.stop();

        assertThat(supervisor.isAlive()).isFalse();
        assertThat(interruption.isUnderWay()).isTrue();
        assertThat(shown.toString(StandardCharsets.UTF_8)).endsWith("autoglm: stopped\n");
    }

    @Test
    void after_it_nothing_is_started_any_more() {
        interruption.stop();

        assertThatThrownBy(() -> interruption.start(SUPERVISOR))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("interrupted");
    }

    @Test
    void where_all_has_ended_there_is_nothing_to_say() throws Exception {
        interruption.start(SUPERVISOR).destroyForcibly().waitFor();

        interruption.stop();

        assertThat(interruption.isUnderWay()).isFalse();
        assertThat(shown.size()).isZero();
    }
}
