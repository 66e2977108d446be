package io.autoglm.endtoend.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardianIT {
    private final List<Process> started = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void nothing_is_left() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void what_is_watched_ends_with_the_tests_and_so_does_what_a_pid_file_names() throws IOException {
        Process watched = sleeper();
        Process noted = sleeper();
        Path file = note("inference-1", noted.pid(), start(noted));
        Path after = folder.resolve("after");

        Guardian guardian = new Guardian();
        guardian.watch(watched);
        guardian.watch(new RunFolder(folder));
        guardian.atDeath("touch '" + after + "'");
        guardian.letGo();
        guardian.awaitEnd();

        assertThat(List.of(watched, noted)).noneMatch(Process::isAlive);
        assertThat(file).doesNotExist();
        assertThat(after).exists();
    }

    @Test
    void another_process_that_was_given_the_pid_of_a_stale_file_is_left_alone() throws IOException {
        Process other = sleeper();
        Path file = note("inference-1", other.pid(), start(other).minusSeconds(3_600));

        new RunFolder(folder).killAll();

        assertThat(other.isAlive()).isTrue();
        assertThat(file).doesNotExist();
    }

    @Test
    void a_file_that_makes_no_sense_names_nobody() throws IOException {
        Path file = Files.writeString(folder.resolve("inference-1.pid"), "pid=1\n");

        new RunFolder(folder).killAll();

        assertThat(file).doesNotExist();
    }

    @Test
    void after_a_good_end_nothing_is_killed() throws IOException {
        Process watched = sleeper();
        Path after = folder.resolve("after");

        Guardian guardian = new Guardian();
        guardian.watch(watched);
        guardian.atDeath("touch '" + after + "'");
        guardian.close();
        guardian.awaitEnd();

        assertThat(watched.isAlive()).isTrue();
        assertThat(after).doesNotExist();
    }

    private Process sleeper() throws IOException {
        Process process = new ProcessBuilder("sleep", "60").start();
        started.add(process);
        return process;
    }

    private static Instant start(Process process) {
        return process.info().startInstant().orElseThrow();
    }

    /// As a scheduler writes it.
    private Path note(String id, long pid, Instant startedAt) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("pid", Long.toString(pid));
        properties.setProperty("startedAt", startedAt.toString());
        Path file = folder.resolve(id + ".pid");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }
}
