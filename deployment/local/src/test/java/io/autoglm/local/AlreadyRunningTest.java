package io.autoglm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.local.CommandLine.Up;
import io.autoglm.local.home.Home;
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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AlreadyRunningTest {

    private static final SuiteOptions OPTIONS = new SuiteOptions(Path.of("/models/glm"), 2, 100, "0.0.0.0");
    private static final Up ANYTHING = new Up(true, null, null);

    @TempDir
    Path folder;

    private Home home;
    /// Stands in for the supervisor: all that is looked at is that it lives.
    private Process process;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @BeforeEach
    void start_a_supervisor() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
        process = new ProcessBuilder("sleep", "600").start();
    }

    @AfterEach
    void stop_the_supervisor() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Test
    void a_suite_that_is_up_is_success_and_is_told_where_it_is() throws Exception {
        assertThat(up(Phase.UP, ANYTHING)).isEqualTo(ExitCode.OK);
        assertThat(up(Phase.UP, new Up(false, OPTIONS.model(), 2))).isEqualTo(ExitCode.OK);

        assertThat(text())
                .startsWith("autoglm: already up (supervisor pid " + process.pid() + "), at http://127.0.0.1:8180/v1");
    }

    @Test
    void another_model_or_another_number_of_instances_is_not_what_is_up() throws Exception {
        assertThat(up(Phase.UP, new Up(true, Path.of("/models/other"), null))).isEqualTo(ExitCode.FAILED);
        assertThat(up(Phase.UP, new Up(true, null, 3))).isEqualTo(ExitCode.FAILED);
        assertThat(up(Phase.STARTING, new Up(true, null, 3))).isEqualTo(ExitCode.FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void services_in_development_mode_are_not_the_suite_that_is_asked_for(Phase phase) throws Exception {
        Snapshot dev = new Snapshot(
                Running.of(process.toHandle()), SuiteOptions.development(OPTIONS.model()), phase, null, List.of());

        assertThat(up(dev, ANYTHING)).isEqualTo(ExitCode.FAILED);
        assertThat(text()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"STOPPING", "FAILED", "STOPPED"})
    void a_suite_that_is_being_stopped_is_no_success(Phase phase) throws Exception {
        assertThat(up(phase, ANYTHING)).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void one_that_is_starting_is_waited_for() throws Exception {
        CompletableFuture<Integer> exitCode = upInAnotherThread();
        await().until(() -> text().startsWith("autoglm: already starting"));
        assertThat(exitCode).isNotDone();

        snapshot(Phase.UP, null).write(home);

        assertThat(exitCode.join()).isEqualTo(ExitCode.OK);
        assertThat(text()).contains("already up");
    }

    @Test
    void one_that_fails_to_start_fails_here_too() throws Exception {
        CompletableFuture<Integer> exitCode = upInAnotherThread();

        snapshot(Phase.FAILED, "port 8180 is in use").write(home);

        assertThat(exitCode.join()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void one_whose_supervisor_dies_on_the_way_fails_here_too() throws Exception {
        CompletableFuture<Integer> exitCode = upInAnotherThread();

        process.destroyForcibly();

        assertThat(exitCode.join()).isEqualTo(ExitCode.FAILED);
    }

    private CompletableFuture<Integer> upInAnotherThread() throws IOException {
        snapshot(Phase.STARTING, null).write(home);
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return up(Phase.STARTING, ANYTHING);
                    } catch (InterruptedException broken) {
                        throw new IllegalStateException(broken);
                    }
                },
                task -> new Thread(task, "up").start());
    }

    private int up(Phase phase, Up asked) throws InterruptedException {
        return up(snapshot(phase, null), asked);
    }

    private int up(Snapshot running, Up asked) throws InterruptedException {
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        return new AlreadyRunning(home, running, asked, new Screen(false, 80), out).run();
    }

    private Snapshot snapshot(Phase phase, @Nullable String reason) {
        return new Snapshot(Running.of(process.toHandle()), OPTIONS, phase, reason, List.of());
    }

    private String text() {
        return shown.toString(StandardCharsets.UTF_8);
    }
}
