package io.autoglm.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SuiteOptions OPTIONS = new SuiteOptions(Path.of("/models/glm"), 1, 0, "127.0.0.1");

    @TempDir
    Path folder;

    private Home home;
    /// Set by {@link #supervise}, which each test begins with.
    @SuppressWarnings("NullAway.Init")
    private Supervisor supervisor;

    @SuppressWarnings("NullAway.Init")
    private CompletableFuture<Boolean> outcome;

    @BeforeEach
    void make_the_home() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
    }

    @AfterEach
    void stop_everything() {
        supervisor.requestStop();
        outcome.join();
    }

    @Test
    void parts_start_after_those_they_need_and_stop_in_reverse() throws IOException {
        supervise(part("store"), FakePart.spec(folder, "front", "healthy", List.of("store")));

        awaitPhase(Phase.UP);
        supervisor.requestStop();

        assertThat(outcome.join()).isTrue();
        assertThat(Files.readAllLines(FakePart.journal(folder)))
                .containsExactly("start store", "start front", "stop front", "stop store");
        assertThat(snapshot().phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void a_part_that_was_killed_is_back_with_another_process() throws IOException {
        supervise(part("store"));
        awaitPhase(Phase.UP);
        Running first = process("store");

        first.find().orElseThrow().destroyForcibly();

        await().atMost(PATIENCE)
                .until(() -> status("store").isReady() && process("store").pid() != first.pid());
    }

    @Test
    void a_part_that_says_it_cannot_start_ends_the_attempt_with_its_own_words_and_stops_the_others()
            throws IOException {
        supervise(part("store"), FakePart.spec(folder, "front", "misconfigured", List.of("store")));

        assertThat(outcome.join()).isFalse();

        assertThat(snapshot().phase()).isEqualTo(Phase.FAILED);
        assertThat(snapshot().reason()).isEqualTo("autoglm: cannot start front: its folder is missing: make it");
        assertThat(Files.readAllLines(FakePart.journal(folder))).containsExactly("start store", "stop store");
        assertThat(status("store").process()).isNull();
    }

    @Test
    void a_part_that_breaks_at_its_first_start_is_named_with_its_last_line() throws IOException {
        supervise(FakePart.spec(folder, "front", "broken", List.of()));

        assertThat(outcome.join()).isFalse();

        assertThat(snapshot().reason())
                .isEqualTo("front ended with exit code 1: java.lang.IllegalStateException: out of luck");
    }

    @Test
    void a_program_that_is_not_there_is_a_failure_and_no_exception() throws IOException {
        PartSpec front = part("front");
        supervise(new PartSpec(
                "front",
                front.address(),
                List.of(folder.resolve("nothing").toString()),
                front.environment(),
                front.log(),
                front.probe(),
                List.of(),
                front.startLimit(),
                front.stopLimit()));

        assertThat(outcome.join()).isFalse();

        assertThat(snapshot().reason()).startsWith("cannot start front: ");
    }

    @Test
    void a_part_that_is_never_ready_is_given_up_at_its_limit() throws IOException {
        PartSpec front = part("front");
        supervise(new PartSpec(
                "front",
                front.address(),
                front.command(),
                front.environment(),
                front.log(),
                () -> new Health.Unready("its cellar is empty"),
                List.of(),
                Duration.ofMillis(300),
                front.stopLimit()));

        assertThat(outcome.join()).isFalse();

        assertThat(snapshot().reason()).isEqualTo("front was not ready after 0 s: its cellar is empty");
        assertThat(status("front").process()).isNull();
    }

    @Test
    void orphans_of_a_supervisor_that_was_killed_can_be_stopped_by_what_it_wrote() throws Exception {
        supervise(part("store"));
        awaitPhase(Phase.UP);
        List<PartStatus> parts = snapshot().parts();
        Running store = process("store");

        assertThat(Orphans.among(parts)).hasSize(1);
        assertThat(Orphans.stop(parts)).isEmpty();

        assertThat(store.isAlive()).isFalse();
    }

    @Test
    void what_cannot_be_written_costs_no_part_its_supervisor_and_is_written_once_it_can_be() throws Exception {
        supervise(part("store"));
        awaitPhase(Phase.UP);
        Running first = process("store");
        Path aside = folder.resolve("aside");

        Files.move(home.run(), aside);
        first.find().orElseThrow().destroyForcibly();
        await().atMost(PATIENCE)
                .until(() -> Files.readAllLines(FakePart.journal(folder)).size() == 2);
        Files.move(aside, home.run());

        await().atMost(PATIENCE)
                .until(() -> status("store").isReady() && process("store").pid() != first.pid());
    }

    @Test
    void a_supervisor_that_can_write_nothing_still_stops_what_it_started() throws Exception {
        supervise(part("store"));
        awaitPhase(Phase.UP);
        Running store = process("store");

        Files.move(home.run(), folder.resolve("aside"));
        supervisor.requestStop();

        assertThat(outcome.join()).isTrue();
        assertThat(store.isAlive()).isFalse();
    }

    @Test
    void a_log_that_cannot_be_cut_is_left_to_grow() throws IOException {
        PartSpec store = part("store");
        Files.write(store.log(), new byte[(10 << 20) + 1]);
        Files.createDirectories(store.log().resolveSibling("store.log.1/in the way"));

        supervise(store);

        awaitPhase(Phase.UP);
        assertThat(store.log()).satisfies(log -> assertThat(Files.size(log)).isGreaterThan(10 << 20));
    }

    @Test
    void an_orphan_that_is_a_zombie_counts_as_ended() throws Exception {
        supervise(part("store"));
        awaitPhase(Phase.UP);
        Process parent = new ProcessBuilder("sh", "-c", "true & echo $!; exec sleep 600").start();
        try {
            long pid = Long.parseLong(parent.inputReader().readLine());
            Running zombie = ProcessHandle.of(pid).map(Running::of).orElse(new Running(pid, "gone"));
            PartStatus left = status("store");
            PartStatus ended = new PartStatus("ended", left.address(), zombie, "ready", left.since(), null);

            await().atMost(PATIENCE).until(() -> Orphans.among(List.of(ended)).isEmpty());
            assertThat(Orphans.stop(List.of(ended))).isEmpty();
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    private PartSpec part(String name) throws IOException {
        return FakePart.spec(folder, name, "healthy", List.of());
    }

    private void supervise(PartSpec... specs) {
        supervisor = new Supervisor(home, OPTIONS, List.of(specs), Fleet.none(), InstantSource.system());
        outcome = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return supervisor.run();
                    } catch (InterruptedException broken) {
                        throw new CompletionException(broken);
                    }
                },
                task -> new Thread(task, "supervisor").start());
    }

    private void awaitPhase(Phase phase) {
        await().atMost(PATIENCE)
                .until(() -> Files.exists(home.snapshot()) && snapshot().phase() == phase);
    }

    private Snapshot snapshot() throws IOException {
        return Snapshot.read(home).orElseThrow();
    }

    private PartStatus status(String name) throws IOException {
        return snapshot().parts().stream()
                .filter(part -> part.part().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Running process(String name) throws IOException {
        return Objects.requireNonNull(status(name).process());
    }
}
