package io.autoglm.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {

    private static final SuiteOptions PACKAGED = new SuiteOptions(Path.of("/models/glm"), 1, 0, "127.0.0.1");
    /// This one lives, and stands in for the supervisor.
    private static final Running ALIVE = Running.thisProcess();
    private static final Running ENDED = new Running(ALIVE.pid(), "before the last boot");

    @TempDir
    Path folder;

    private Home home;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @BeforeEach
    void make_the_home() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
    }

    @Test
    void success_means_that_all_is_ready() throws Exception {
        assertThat(status()).isEqualTo(ExitCode.NOT_UP);
        assertThat(status(ALIVE, PACKAGED, "ready")).isEqualTo(ExitCode.OK);
        assertThat(status(ALIVE, PACKAGED, "starting")).isEqualTo(ExitCode.FAILED);
        assertThat(status(ENDED, PACKAGED, "ready")).isEqualTo(ExitCode.NOT_UP);
    }

    @Test
    void that_only_redis_is_supervised_in_development_mode_is_said() throws Exception {
        assertThat(status(ALIVE, SuiteOptions.development(PACKAGED.model()), "ready"))
                .isEqualTo(ExitCode.OK);

        assertThat(text())
                .startsWith("autoglm: the services run in development mode")
                .contains("redis");
    }

    @Test
    void of_a_packaged_suite_no_such_thing_is_said() throws Exception {
        status(ALIVE, PACKAGED, "ready");

        assertThat(text()).startsWith("PART");
    }

    private int status(Running supervisor, SuiteOptions options, String state) throws IOException {
        PartStatus redis = new PartStatus(
                "redis", Address.onLoopback(8079), null, state, Instant.parse("2026-11-21T10:00:00Z"), null);
        new Snapshot(supervisor, options, Phase.UP, null, List.of(redis)).write(home);
        return status();
    }

    private int status() {
        return new StatusCommand(home, false, new PrintStream(shown, true, StandardCharsets.UTF_8)).run();
    }

    private String text() {
        return shown.toString(StandardCharsets.UTF_8);
    }
}
