package io.autoglm.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.home.Snapshot.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {

    private static final SuiteOptions OPTIONS = new SuiteOptions(Path.of("/models/glm"), 1, 0, "127.0.0.1");

    @TempDir
    Path folder;

    @Test
    void it_is_read_as_it_was_written() throws IOException {
        Home home = new Home(folder, folder.resolve("home"));
        home.create();
        Instant since = Instant.parse("2026-11-21T10:00:00.125Z");
        Snapshot written = new Snapshot(
                new Running(7, "a birth"),
                new SuiteOptions(Path.of("/models/glm"), 2, 100, "0.0.0.0", true),
                Phase.FAILED,
                "port 8080 is in use by pid 1 (init)",
                List.of(
                        new PartStatus("redis", new Address("rediss://r:8179", 8179), null, "ready", since, null),
                        new PartStatus(
                                "gateway",
                                Address.onLoopback(8180),
                                new Running(9, "another"),
                                "failed",
                                since,
                                "why")));

        written.write(home);

        assertThat(Snapshot.read(home)).contains(written);
    }

    @Test
    void a_home_where_nothing_was_started_has_none() throws IOException {
        assertThat(Snapshot.read(new Home(folder, folder))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"pid\":7,\"pha", "{\"phase\":\"elsewhere\"}", "{\"parts\":[{\"since\":\"noon\"}]}"})
    void a_half_of_one_counts_as_none(String half) throws IOException {
        Home home = new Home(folder, folder.resolve("home"));
        home.create();
        Files.writeString(home.snapshot(), half);

        assertThat(Snapshot.read(home)).isEmpty();
    }

    @Test
    void one_that_cannot_be_opened_counts_as_none() throws IOException {
        Home home = new Home(folder, folder.resolve("home"));
        Files.createDirectories(home.snapshot());

        assertThat(Snapshot.read(home)).isEmpty();
    }

    @Test
    void a_snapshot_outlives_its_supervisor_and_says_so() {
        Snapshot left = new Snapshot(new Running(1, "before the last boot"), OPTIONS, Phase.UP, null, List.of());

        assertThat(left.isSupervised()).isFalse();
    }

    @Test
    void every_port_offset_has_a_home_of_its_own_and_autoglm_home_overrides_both() {
        Path root = Path.of("/src");

        assertThat(Home.of(root, 0, Map.of()).folder()).isEqualTo(Path.of("/src/.autoglm"));
        assertThat(Home.of(root, 100, Map.of()).folder()).isEqualTo(Path.of("/src/.autoglm/offset-100"));
        assertThat(Home.of(root, 100, Map.of("AUTOGLM_HOME", "/var/glm")).folder())
                .isEqualTo(Path.of("/var/glm"));
    }
}
