package io.autoglm.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With a real process that does nothing, a clock that the test moves, and the probe's results given by hand.
class PartTest {

    private static final Health HEALTHY = new Health.Healthy();
    private static final Health SILENT = new Health.Silent("connection refused");

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-11-21T10:00:00Z");

    @SuppressWarnings("NullAway.Init")
    private Part part;

    @BeforeEach
    void start() {
        PartSpec spec = new PartSpec(
                "idler",
                Address.onLoopback(1),
                List.of("sleep", "600"),
                Map.of(),
                folder.resolve("idler.log"),
                () -> HEALTHY,
                List.of(),
                Duration.ofSeconds(60),
                Duration.ofSeconds(20));
        part = new Part(spec, now);
        advance();
    }

    @AfterEach
    void stop() throws InterruptedException {
        part.beginStop(now);
        part.finishStop(now);
    }

    @Test
    void a_part_that_comes_back_slowly_is_not_taken_for_one_that_hangs() {
        part.probed(HEALTHY, now);
        crash();
        Running second = running();

        for (int i = 0; i < 200; i++) {
            part.probed(SILENT, now);
            advance();
        }

        assertThat(running()).isEqualTo(second);
        assertThat(part.status().state()).isEqualTo("starting");
    }

    @Test
    void a_part_that_served_and_answers_nothing_any_more_is_killed_and_started_again() {
        part.probed(HEALTHY, now);
        Running first = running();

        for (int i = 0; i < 29; i++) part.probed(SILENT, now);
        advance();
        assertThat(part.status().state()).isEqualTo("unready");
        assertThat(first.find()).isPresent();
        part.probed(SILENT, now);
        advance();
        awaitEnd(first);
        advance();

        assertThat(running().pid()).isNotEqualTo(first.pid());
    }

    @Test
    void a_part_that_says_it_is_not_ready_is_left_alone() {
        part.probed(HEALTHY, now);
        Running first = running();

        for (int i = 0; i < 200; i++) {
            part.probed(new Health.Unready("redis is down"), now);
            advance();
        }

        assertThat(running()).isEqualTo(first);
        assertThat(part.status().reason()).isEqualTo("redis is down");
        part.probed(HEALTHY, now);
        assertThat(part.isReady()).isTrue();
    }

    @Test
    void a_part_that_crashes_again_and_again_rests_longer_each_time() {
        part.probed(HEALTHY, now);
        crash();
        assertThat(part.status().state()).isEqualTo("starting");

        kill(running());
        assertThat(part.status().state()).isEqualTo("restarting");
        now = now.plusMillis(999);
        advance();
        assertThat(part.status().state()).isEqualTo("restarting");
        now = now.plusMillis(1);
        advance();

        assertThat(part.status().state()).isEqualTo("starting");
    }

    @Test
    void a_part_that_came_up_once_and_then_never_again_is_tried_on_and_on() {
        part.probed(HEALTHY, now);
        crash();
        Running second = running();

        now = now.plusSeconds(61);
        part.probed(SILENT, now);
        advance();
        awaitEnd(second);
        advance();

        assertThat(part.isFailed()).isFalse();
        assertThat(running().pid()).isNotEqualTo(second.pid());
    }

    private void advance() {
        part.advance(now, Set.of(), asked -> {});
    }

    /// Its process is killed, and the first crash costs no rest.
    private void crash() {
        kill(running());
        advance();
    }

    private void kill(Running process) {
        process.find().orElseThrow().destroyForcibly();
        awaitEnd(process);
    }

    /// The part learns of the end when it is next advanced after the system has told the JVM.
    private void awaitEnd(Running process) {
        await().until(() -> {
            advance();
            return !process.equals(part.status().process());
        });
    }

    private Running running() {
        return Objects.requireNonNull(part.status().process());
    }
}
