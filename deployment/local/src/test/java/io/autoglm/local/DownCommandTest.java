package io.autoglm.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.terminal.Screen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownCommandTest {

    @TempDir
    Path folder;

    private Home home;
    private Process supervisor;
    private Process store;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @BeforeEach
    void start_two_processes() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
        supervisor = new ProcessBuilder("sleep", "600").start();
        store = new ProcessBuilder("sleep", "600").start();
    }

    @AfterEach
    void stop_them() throws InterruptedException {
        supervisor.destroyForcibly().waitFor();
        store.destroyForcibly().waitFor();
    }

    @Test
    void what_is_not_up_is_down() throws Exception {
        assertThat(down()).isEqualTo(ExitCode.OK);
        assertThat(text()).isEqualTo("autoglm: not up\n");
    }

    @Test
    void a_supervisor_is_asked_to_stop_and_what_it_leaves_is_stopped_too() throws Exception {
        write();

        assertThat(down()).isEqualTo(ExitCode.OK);

        assertThat(isRunning(supervisor)).isFalse();
        assertThat(isRunning(store)).isFalse();
        assertThat(text()).endsWith("autoglm: stopped\n");
    }

    @Test
    void what_a_killed_supervisor_left_is_named_and_stopped() throws Exception {
        write();
        supervisor.destroyForcibly().waitFor();

        assertThat(down()).isEqualTo(ExitCode.OK);

        assertThat(isRunning(store)).isFalse();
        assertThat(text()).contains("stopping what it left: store (pid " + store.pid() + ")");
    }

    private void write() throws IOException {
        PartStatus part = new PartStatus(
                "store", Address.onLoopback(1), Running.of(store.toHandle()), "ready", Instant.EPOCH, null);
        SuiteOptions options = new SuiteOptions(Path.of("/models/glm"), 1, 0, "127.0.0.1");
        new Snapshot(Running.of(supervisor.toHandle()), options, Phase.UP, null, List.of(part)).write(home);
    }

    /// Without asking whether this JVM has taken note of its child's end.
    private static boolean isRunning(Process process) {
        return Running.of(process.toHandle()).isAlive();
    }

    private int down() throws InterruptedException {
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        return new DownCommand(home, new Screen(false, 80), out).run();
    }

    private String text() {
        return shown.toString(StandardCharsets.UTF_8);
    }
}
