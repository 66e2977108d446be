package io.autoglm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.suite.CannotStart;
import io.autoglm.local.suite.Suite;
import io.autoglm.local.supervision.Fleet;
import io.autoglm.local.supervision.Supervisor;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SuiteOptions OPTIONS = new SuiteOptions(Path.of("/models/glm"), 1, 20_000, "127.0.0.1");

    @TempDir
    Path folder;

    private Home home;
    private Supervision supervision;
    private final List<String> laid = new ArrayList<>();

    @BeforeEach
    void make_the_home() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
        supervision = new Supervision(home, OPTIONS);
    }

    @Test
    void what_its_user_can_mend_is_published_in_its_own_words() throws Exception {
        assertThat(supervision.run(() -> {
                    throw new CannotStart("port 8080 is in use");
                }))
                .isFalse();

        assertThat(written().phase()).isEqualTo(Phase.FAILED);
        assertThat(written().reason()).isEqualTo("port 8080 is in use");
    }

    @Test
    void a_file_that_cannot_be_used_is_published_with_its_name_and_what_is_wrong() throws Exception {
        assertThat(supervision.run(() -> {
                    throw new AccessDeniedException("/home/key");
                }))
                .isFalse();

        assertThat(written().phase()).isEqualTo(Phase.FAILED);
        assertThat(written().reason()).isEqualTo("cannot start: /home/key: permission denied");
    }

    @Test
    void a_broken_file_of_keys_is_published() throws Exception {
        Files.writeString(home.keysFile(), "{\"keys\":");

        assertThat(supervision.run(() -> {
                    Suite suite = Suite.lay(home, OPTIONS, Map.of());
                    return new Supervisor(home, OPTIONS, suite.specs(), suite.fleet(), InstantSource.system());
                }))
                .isFalse();

        assertThat(written().phase()).isEqualTo(Phase.FAILED);
        assertThat(written().reason()).startsWith("cannot start: " + home.keysFile() + ": not JSON");
    }

    @Test
    void a_bug_is_published_too() throws Exception {
        assertThat(supervision.run(() -> {
                    throw new IllegalStateException("impossible");
                }))
                .isFalse();

        assertThat(written().reason()).isEqualTo("cannot start: java.lang.IllegalStateException: impossible");
    }

    @Test
    void what_an_earlier_run_left_stays_known_until_it_is_gone_and_only_then_is_anything_laid_out() throws Exception {
        Process orphan = leaveAnOrphanThatTakesItsTime();
        try {
            CompletableFuture<Boolean> outcome = start();

            await().atMost(PATIENCE).until(() -> isStopping(orphan));
            assertThat(laid).isEmpty();
            Files.createFile(folder.resolve("go"));
            await().atMost(PATIENCE)
                    .until(() -> Snapshot.read(home)
                            .filter(seen -> seen.phase() == Phase.UP)
                            .isPresent());

            assertThat(Running.of(orphan.toHandle()).isAlive()).isFalse();
            assertThat(laid).containsExactly("laid");
            supervision.stopAndWait();
            assertThat(outcome.join()).isTrue();
        } finally {
            orphan.destroyForcibly().waitFor();
        }
    }

    @Test
    void a_stop_while_an_earlier_run_is_cleared_away_starts_nothing_more() throws Exception {
        Process orphan = leaveAnOrphanThatTakesItsTime();
        try {
            CompletableFuture<Boolean> outcome = start();
            await().atMost(PATIENCE).until(() -> isStopping(orphan));

            supervision.requestStop();
            Files.createFile(folder.resolve("go"));

            assertThat(outcome.join()).isTrue();
            assertThat(Running.of(orphan.toHandle()).isAlive()).isFalse();
            assertThat(laid).isEmpty();
            assertThat(written().phase()).isEqualTo(Phase.STOPPED);
        } finally {
            orphan.destroyForcibly().waitFor();
        }
    }

    private CompletableFuture<Boolean> start() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return supervision.run(() -> {
                            laid.add("laid");
                            return new Supervisor(home, OPTIONS, List.of(), Fleet.none(), InstantSource.system());
                        });
                    } catch (IOException | InterruptedException broken) {
                        throw new CompletionException(broken);
                    }
                },
                task -> new Thread(task, "supervision").start());
    }

    /// It ends once it was asked to and there is a file `go`.
    private Process leaveAnOrphanThatTakesItsTime() throws IOException {
        Process orphan =
                new ProcessBuilder("sh", "-c", """
                trap 'while [ ! -e go ]; do sleep 0.05; done; exit 0' TERM
                echo ready
                while :; do sleep 0.05; done""").directory(folder.toFile()).start();
        assertThat(orphan.inputReader().readLine()).isEqualTo("ready");
        PartStatus part = new PartStatus(
                "store", Address.onLoopback(1), Running.of(orphan.toHandle()), "ready", Instant.EPOCH, null);
        Running killed = new Running(1, "before the last boot");
        new Snapshot(killed, OPTIONS, Phase.UP, null, List.of(part)).write(home);
        return orphan;
    }

    private boolean isStopping(Process orphan) {
        Running process = Running.of(orphan.toHandle());
        return Snapshot.read(home).stream()
                .filter(seen -> seen.supervisor().equals(Running.thisProcess()))
                .flatMap(seen -> seen.parts().stream())
                .anyMatch(part -> process.equals(part.process()) && part.state().equals("stopping"));
    }

    private Snapshot written() {
        return Snapshot.read(home).orElseThrow();
    }
}
