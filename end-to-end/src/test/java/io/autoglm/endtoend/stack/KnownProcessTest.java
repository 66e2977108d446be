package io.autoglm.endtoend.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class KnownProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void one_that_runs_is_found_until_it_is_killed() throws IOException {
        Process running = new ProcessBuilder("sleep", "600").start();
        KnownProcess known = KnownProcess.of(running.toHandle());
        assertThat(known.find()).contains(running.toHandle());

        known.kill();

        assertThat(known.find()).isEmpty();
    }

    /// What comes of a process whose parent never waits for it.
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "where there is /proc")
    void a_zombie_has_ended() throws IOException {
        Process parent =
                new ProcessBuilder("sh", "-c", "exec 3<&0; sh -c 'read line' <&3 & echo $!; exec sleep 600").start();
        try {
            long pid = Long.parseLong(parent.inputReader().readLine());
            KnownProcess known = KnownProcess.of(ProcessHandle.of(pid).orElseThrow());
            assertThat(known.find()).isPresent();
            // Until then it is a shell, which does take note.
            await().atMost(PATIENCE).until(() -> runs(parent, "sleep"));

            parent.outputWriter().close();

            await().atMost(PATIENCE).until(() -> known.find().isEmpty());
            assertThat(ProcessHandle.of(pid)).isPresent();
        } finally {
            parent.destroyForcibly();
        }
    }

    private static boolean runs(Process process, String program) {
        return process.info()
                .command()
                .filter(path -> path.endsWith("/" + program))
                .isPresent();
    }
}
