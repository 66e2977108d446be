package io.autoglm.scheduler.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrashesTest {
    private static final Duration NOW = Duration.ZERO;
    private static final Duration LATER = Duration.ofSeconds(5);
    private static final Duration ALARM = Duration.ofSeconds(60);

    @Test
    void a_first_crash_is_mended_at_once_and_a_row_of_them_slower_until_the_alarm() {
        Crashes crashes = Crashes.NONE;

        crashes = crashes.oneMore(false);
        assertThat(next(crashes)).isEqualTo(new Restart.Soon(NOW));
        crashes = crashes.oneMore(false);
        assertThat(next(crashes)).isEqualTo(new Restart.Soon(LATER));
        crashes = crashes.oneMore(false);
        assertThat(next(crashes)).isEqualTo(new Restart.Alarm(3, ALARM));
        crashes = crashes.oneMore(false);
        assertThat(next(crashes)).isEqualTo(new Restart.Alarm(4, ALARM));
    }

    @Test
    void a_process_that_had_worked_starts_a_new_row() {
        Crashes crashes = new Crashes(9).oneMore(true);

        assertThat(next(crashes)).isEqualTo(new Restart.Soon(NOW));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "78, autoglm: cannot serve: config.json: missing, true, autoglm: cannot serve: config.json: missing",
                "78, -, true, its configuration is at fault (exit code 78)",
                "137, whatever, false, the process was killed (SIGKILL)",
                "1, Port is taken, false, the process ended with exit code 1: Port is taken",
                "1, -, false, the process ended with exit code 1",
                "-, autoglm: cannot serve: x: truncated, true, autoglm: cannot serve: x: truncated",
                "-, something, false, the process has ended"
            })
    void the_reason_of_an_ending_is_told_and_only_a_configuration_fault_is_final(
            Integer code, String lastLine, boolean isFinal, String reason) {
        Ending ending =
                new Ending(code == null ? OptionalInt.empty() : OptionalInt.of(code), Optional.ofNullable(lastLine));

        assertThat(ending.isFinal()).isEqualTo(isFinal);
        assertThat(ending.reason()).isEqualTo(reason);
    }

    private static Restart next(Crashes crashes) {
        return crashes.next(List.of(NOW, LATER), ALARM);
    }
}
