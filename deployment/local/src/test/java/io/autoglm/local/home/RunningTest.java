package io.autoglm.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunningTest {

    @Test
    void a_live_process_is_found_by_number_and_start_time() {
        ProcessHandle self = ProcessHandle.current();

        assertThat(Running.of(self).find()).contains(self);
    }

    @Test
    void a_process_that_got_the_number_later_is_another_one() {
        Running self = Running.of(ProcessHandle.current());
        Running predecessor = new Running(self.pid(), self.started().minus(Duration.ofMinutes(1)));

        assertThat(predecessor.find()).isEmpty();
    }

    @Test
    void a_process_that_has_ended_is_not_found() throws Exception {
        Process process = new ProcessBuilder("true").start();
        Running running = Running.of(process.toHandle());
        process.waitFor();

        assertThat(running.find()).isEmpty();
    }
}
