package io.autoglm.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class RunningTest {

    @Test
    void a_live_process_is_found_by_number_and_birth() {
        assertThat(Running.thisProcess().find()).contains(ProcessHandle.current());
    }

    @Test
    void a_process_that_got_the_number_later_is_another_one() {
        Running self = Running.thisProcess();

        assertThat(new Running(self.pid(), "another birth").find()).isEmpty();
    }

    @Test
    void two_readings_of_one_birth_are_equal() throws Exception {
        Process process = new ProcessBuilder("sleep", "600").start();
        try {
            assertThat(Running.of(process.toHandle()))
                    .isEqualTo(Running.of(ProcessHandle.of(process.pid()).orElseThrow()));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void on_linux_a_birth_is_counted_from_the_boot_so_that_setting_the_clock_leaves_it() {
        assertThat(Running.thisProcess().birth()).matches("\\d+@[0-9a-f-]{36}");
    }

    @Test
    void a_process_that_has_ended_is_not_found() throws Exception {
        Process process = new ProcessBuilder("sleep", "600").start();
        Running running = Running.of(process.toHandle());

        assertThat(running.awaitEnd(Duration.ZERO)).isFalse();
        process.destroyForcibly();

        assertThat(running.awaitEnd(Duration.ofSeconds(60))).isTrue();
        assertThat(running.find()).isEmpty();
    }

    @Test
    void a_name_with_blanks_and_brackets_does_not_shift_the_fields() {
        String line = "7 (a) R (b) Z 1 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 123456 0 0 18446744073709551615";

        assertThat(ProcStat.parse(line)).contains(new ProcStat('Z', 123_456));
        assertThat(ProcStat.parse(line).orElseThrow().hasEnded()).isTrue();
        assertThat(ProcStat.parse("")).isEmpty();
    }
}
