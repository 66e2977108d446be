package io.autoglm.scheduler.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.scheduler.ManualClock;
import io.autoglm.scheduler.Said;
import io.autoglm.scheduler.SmallInstance;
import io.autoglm.scheduler.registry.Registry;
import io.autoglm.scheduler.registry.RegistryConfig;
import io.autoglm.scheduler.registry.Standing;
import io.autoglm.service.Configs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real processes, real signals. Nobody listens where they report: what is tested here is what the lifecycle knows
/// by itself.
class LocalInstanceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private final ManualClock clock = new ManualClock();
    private final Registry registry = new Registry(Configs.of(RegistryConfig.class, Map.of()), clock, change -> {});
    private final ScheduledExecutorService owner = Executors.newSingleThreadScheduledExecutor();
    private final List<LocalInstance> begun = new ArrayList<>();
    private final int port = freePort();

    @AfterEach
    void endAll() {
        begun.forEach(instance -> instance.stop().join());
        owner.shutdownNow();
    }

    @Test
    void a_killed_process_is_back_at_once_with_another_pid() {
        begin(instance(Map.of()));
        ProcessHandle first = process();

        first.destroyForcibly();

        await().atMost(PATIENCE)
                .until(() -> standing().pid() != first.pid() && standing().pid() != 0);
        assertThat(process().isAlive()).isTrue();
        assertThat(standing().restarts()).isEqualTo(1);
    }

    @Test
    void a_process_that_crashes_again_and_again_raises_the_alarm_and_is_tried_on() {
        LocalInstance instance = instance(
                Map.of("autoglm.lifecycle.local.restart-delays", "0s,0s", "autoglm.lifecycle.local.alarm-delay", "1h"),
                "crash");

        begin(instance);

        await().atMost(PATIENCE).until(instance::alarmed);
        assertThat(standing().phase().state()).isEqualTo(InstanceState.GONE);
        assertThat(standing().phase().reason())
                .isEqualTo("the process ended with exit code 3: out of luck (3 times in a row; next try in 3600 s)");
        assertThat(standing().restarts()).isEqualTo(2);
    }

    @Test
    void a_process_whose_configuration_is_at_fault_is_not_tried_again_and_its_own_line_is_the_reason() {
        LocalInstance instance = instance(Map.of(), "broken");

        begin(instance);

        await().atMost(PATIENCE).until(instance::alarmed);
        assertThat(standing().phase().reason()).isEqualTo("autoglm: cannot serve: config.json: missing");
        assertThat(standing().restarts()).isZero();
    }

    @Test
    void a_port_that_another_process_holds_is_named() throws IOException {
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            begin(instance(Map.of("autoglm.lifecycle.local.restart-delays", "0s,1h")));

            await().atMost(PATIENCE).until(() -> registry.find("inference-1").isPresent());
            assertThat(standing().phase().reason())
                    .isEqualTo("port " + holder.getLocalPort() + " is in use by another process");
        }
    }

    @Test
    void the_next_scheduler_adopts_what_the_last_one_left_and_still_notices_its_end() {
        LocalInstance before = instance(Map.of());
        begin(before);
        ProcessHandle left = process();
        run(before::release);

        begin(instance(Map.of()));
        assertThat(process()).isEqualTo(left);

        left.destroyForcibly();
        await().atMost(PATIENCE)
                .until(() -> standing().pid() != left.pid() && standing().pid() != 0);
    }

    @Test
    void a_process_of_another_configuration_is_replaced_instead_of_adopted() {
        LocalInstance before = instance(Map.of());
        begin(before);
        ProcessHandle left = process();
        run(before::release);

        begin(instance(Map.of(), "another-argument"));

        await().atMost(PATIENCE)
                .until(() -> standing().pid() != left.pid() && standing().pid() != 0);
        assertThat(left.isAlive()).isFalse();
    }

    @Test
    void a_process_that_hangs_is_killed_and_started_again() {
        LocalInstance instance = instance(Map.of());
        begin(instance);
        ProcessHandle hung = process();

        clock.passes(Duration.ofSeconds(119));
        run(() -> inspect(instance));
        assertThat(hung.isAlive()).isTrue();
        clock.passes(Duration.ofSeconds(1));
        run(() -> inspect(instance));

        await().atMost(PATIENCE)
                .until(() -> standing().pid() != hung.pid() && standing().pid() != 0);
    }

    @Test
    void a_process_that_had_served_before_it_hung_starts_a_new_row_of_crashes() {
        LocalInstance instance = instance(
                Map.of("autoglm.lifecycle.local.restart-delays", "0s", "autoglm.lifecycle.local.alarm-delay", "1h"));
        begin(instance);
        for (int life = 1; life <= 3; life++) {
            ProcessHandle process = process();
            registry.report(Said.ready("inference-1").by("life-" + life).report());
            run(() -> inspect(instance));
            registry.leave("inference-1", null);
            clock.passes(Duration.ofMinutes(2));

            run(() -> inspect(instance));

            await().atMost(PATIENCE).until(() -> instance.alarmed() || isAnother(process));
            assertThat(instance.alarmed()).isFalse();
        }
        assertThat(standing().restarts()).isEqualTo(3);
    }

    @Test
    void an_alarm_ends_when_the_instance_serves_and_not_when_it_is_drained() throws IOException {
        LocalInstance instance = instance(
                Map.of("autoglm.lifecycle.local.restart-delays", "0s", "autoglm.lifecycle.local.alarm-delay", "200ms"));
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(holder.isBound()).isTrue();
            begin(instance);
            await().atMost(PATIENCE).until(instance::alarmed);
        }
        await().atMost(PATIENCE).until(() -> standing().pid() != 0);

        registry.report(
                Said.ready("inference-1").says(InstanceState.DRAINING, null).report());
        run(() -> inspect(instance));
        assertThat(instance.alarmed()).isTrue();

        registry.report(Said.ready("inference-1").report());
        run(() -> inspect(instance));
        assertThat(instance.alarmed()).isFalse();
    }

    @Test
    void a_process_that_cannot_be_written_down_does_not_run_on_unknown() throws IOException {
        Files.createDirectory(dir.resolve("inference-1.pid.new"));
        LocalInstance instance = instance(Map.of("autoglm.lifecycle.local.restart-delays", "1h"));

        begin(instance);

        await().atMost(PATIENCE).until(() -> registry.find("inference-1").isPresent());
        assertThat(standing().phase().reason()).startsWith("cannot be started: ");
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void an_instance_that_cannot_even_be_tried_says_why() {
        LocalInstance instance = instance(70_000, Map.of("autoglm.lifecycle.local.restart-delays", "1h"));

        begin(instance);

        assertThat(standing().phase().reason())
                .startsWith("cannot be started: ")
                .contains("70000");
    }

    @Test
    void a_process_that_reports_is_never_called_hung_however_long_it_loads() {
        LocalInstance instance = instance(Map.of());
        begin(instance);
        ProcessHandle loading = process();
        InstanceReport loadingReport = Said.ready("inference-1")
                .serving()
                .says(InstanceState.STARTING, "loading")
                .report();
        registry.report(loadingReport);

        clock.passes(Duration.ofHours(1));
        run(() -> inspect(instance));

        await().during(Duration.ofMillis(300)).until(loading::isAlive);
    }

    @Test
    void a_stop_ends_the_process_and_its_pid_file_and_nothing_starts_again() throws IOException {
        LocalInstance instance = instance(Map.of());
        begin(instance);
        ProcessHandle process = process();

        instance.stop().join();

        assertThat(process.isAlive()).isFalse();
        assertThat(PidFile.all(dir)).isEmpty();
        run(() -> {});
        assertThat(standing().restarts()).isZero();
    }

    private LocalInstance instance(Map<String, String> settings, String... arguments) {
        return instance(port, settings, arguments);
    }

    private LocalInstance instance(int at, Map<String, String> settings, String... arguments) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("autoglm.lifecycle.local.run-dir", dir.toString());
        LocalConfig config = Configs.of(LocalConfig.class, all);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SmallInstance.class.getName()));
        command.addAll(List.of(arguments));
        Map<String, String> environment = Map.of(
                "AUTOGLM_SCHEDULER_URL", "http://127.0.0.1:1",
                "AUTOGLM_INTERNAL_TOKEN", "secret");
        Launch launch = Launch.of("inference-1", "127.0.0.1", at, command, environment, dir);
        LocalInstance instance = new LocalInstance(launch, config, registry, clock, owner);
        begun.add(instance);
        return instance;
    }

    private void begin(LocalInstance instance) {
        run(instance::begin);
    }

    /// On the owner thread, as in the service.
    private void run(Runnable task) {
        try {
            owner.submit(task).get();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static void inspect(LocalInstance instance) {
        try {
            instance.inspect();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private Standing standing() {
        return registry.find("inference-1").orElseThrow();
    }

    private boolean isAnother(ProcessHandle than) {
        return standing().pid() != than.pid() && standing().pid() != 0;
    }

    private ProcessHandle process() {
        return ProcessHandle.of(standing().pid()).orElseThrow();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new AssertionError(none);
        }
    }
}
