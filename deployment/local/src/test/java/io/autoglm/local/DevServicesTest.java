package io.autoglm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.local.home.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevServicesTest {

    @TempDir
    Path folder;

    @Test
    void a_service_that_does_not_end_when_told_is_killed() throws Exception {
        Process maven = start("sh -c 'trap \"\" TERM; echo $$ >pid; while :; do sleep 0.1; done' & wait");
        Running service = service();

        new DevServices(maven, Duration.ofMillis(300)).stop();

        assertThat(service.isAlive()).isFalse();
        assertThat(maven.isAlive()).isFalse();
    }

    @Test
    void a_service_that_ends_by_itself_may_finish() throws Exception {
        Process maven = start("sh -c 'trap \"sleep 0.2; echo done >finished; exit\" TERM; echo $$ >pid;"
                + " while :; do sleep 0.1; done' & wait");
        Running service = service();

        new DevServices(maven, Duration.ofSeconds(30)).stop();

        assertThat(service.isAlive()).isFalse();
        assertThat(folder.resolve("finished")).exists();
    }

    /// With its output in a file: the pipe of a process that is told to end is closed, and whoever writes to it dies.
    private Process start(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }

    private Running service() {
        String pid = await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> Files.readString(folder.resolve("pid")).strip(), written -> !written.isEmpty());
        return Running.of(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
    }
}
