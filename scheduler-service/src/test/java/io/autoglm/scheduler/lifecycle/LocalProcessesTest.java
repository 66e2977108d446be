package io.autoglm.scheduler.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoglm.scheduler.ManualClock;
import io.autoglm.scheduler.registry.Registry;
import io.autoglm.scheduler.registry.RegistryConfig;
import io.autoglm.service.CannotStart;
import io.autoglm.service.Configs;
import io.autoglm.service.InternalToken;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /// A process that does nothing, in configuration's spelling.
    private static final String IDLE = "sleep,3600";

    @TempDir
    Path dir;

    private final int port = freePort();
    private final ManualClock clock = new ManualClock();
    private final Registry registry = new Registry(Configs.of(RegistryConfig.class, Map.of()), clock, change -> {});

    @Test
    void processes_beyond_the_configured_number_are_ended_and_files_of_others_are_left_alone() throws IOException {
        Process surplus = new ProcessBuilder("sleep", "3600").start();
        Process foreign = new ProcessBuilder("sleep", "3600").start();
        remember("inference-9", surplus);
        remember("gateway", foreign);
        Files.writeString(dir.resolve("redis.pid"), "4711");

        LocalProcesses processes = processes(Map.of("instances", "1", "command", IDLE));
        processes.start(new StartupEvent());

        await().atMost(PATIENCE).until(() -> !surplus.isAlive());
        await().atMost(PATIENCE).until(() -> pid("inference-1").isPresent());
        assertThat(foreign.isAlive()).isTrue();
        assertThat(dir.resolve("inference-9.pid")).doesNotExist();
        assertThat(dir.resolve("gateway.pid")).exists();
        assertThat(dir.resolve("redis.pid")).hasContent("4711");
        processes.stop(new ShutdownEvent());
        foreign.destroyForcibly();
    }

    @Test
    void all_processes_end_with_the_scheduler() throws IOException {
        LocalProcesses processes = processes(Map.of("instances", "3", "command", IDLE));
        processes.start(new StartupEvent());
        await().atMost(PATIENCE).until(() -> pid("inference-3").isPresent());
        long first = pid("inference-1").orElseThrow();

        processes.stop(new ShutdownEvent());

        assertThat(ProcessHandle.of(first).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(PidFile.all(dir)).isEmpty();
    }

    @Test
    void processes_that_are_to_be_kept_outlive_the_scheduler_and_the_next_one_adopts_them() {
        LocalProcesses before = processes(Map.of("command", IDLE, "keep-on-exit", "true"));
        before.start(new StartupEvent());
        await().atMost(PATIENCE).until(() -> pid("inference-1").isPresent());
        long kept = pid("inference-1").orElseThrow();

        before.stop(new ShutdownEvent());
        LocalProcesses after = processes(Map.of("command", IDLE));
        after.start(new StartupEvent());

        await().atMost(PATIENCE).until(() -> reason("inference-1").startsWith("adopted"));
        assertThat(pid("inference-1")).contains(kept);
        after.stop(new ShutdownEvent());
        assertThat(ProcessHandle.of(kept).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void a_pid_file_that_cannot_be_used_keeps_no_instance_from_its_start() throws IOException {
        Files.createDirectory(dir.resolve("inference-8.pid"));
        Files.writeString(dir.resolve("inference-9.pid"), "pid=\\u12");
        LocalProcesses processes = processes(Map.of("instances", "2", "command", IDLE));

        processes.start(new StartupEvent());

        await().atMost(PATIENCE)
                .until(() ->
                        pid("inference-1").isPresent() && pid("inference-2").isPresent());
        processes.stop(new ShutdownEvent());
    }

    @Test
    void nothing_starts_where_it_is_not_enabled() {
        LocalProcesses processes = processes(Map.of("enabled", "false"));

        processes.start(new StartupEvent());
        processes.stop(new ShutdownEvent());

        assertThat(registry.all()).isEmpty();
    }

    @Test
    void what_cannot_work_stops_the_start_with_a_sentence() {
        assertThatThrownBy(() -> processes(Map.of()).start(new StartupEvent()))
                .isInstanceOf(CannotStart.class)
                .hasMessage("autoglm.lifecycle.local.command is not set: say how an instance is started");
        assertThatThrownBy(() ->
                        processes(Map.of("command", IDLE, "instances", "257")).start(new StartupEvent()))
                .isInstanceOf(CannotStart.class)
                .hasMessage("autoglm.lifecycle.local.instances is 257: set it to 0…256");
        assertThatThrownBy(() -> processes(Map.of("command", IDLE, "instances", "10", "base-port", "65530"))
                        .start(new StartupEvent()))
                .isInstanceOf(CannotStart.class)
                .hasMessage("autoglm.lifecycle.local.base-port is 65530: the 10 instances need ports within 1…65535");
        assertThatThrownBy(() -> processes(Map.of("command", IDLE, "instances", "2", "base-port", "2147483647"))
                        .start(new StartupEvent()))
                .isInstanceOf(CannotStart.class)
                .hasMessage("autoglm.lifecycle.local.base-port is 2147483647:"
                        + " the 2 instances need ports within 1…65535");
        assertThatThrownBy(() ->
                        processes(Map.of("command", IDLE, "alarm-delay", "-1s")).start(new StartupEvent()))
                .isInstanceOf(CannotStart.class)
                .hasMessage("autoglm.lifecycle.local.alarm-delay is -1000 ms: set it to 1 ms or more");
    }

    private LocalProcesses processes(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "autoglm.lifecycle.local.enabled", "true",
                "autoglm.lifecycle.local.base-port", Integer.toString(port),
                "autoglm.lifecycle.local.run-dir", dir.toString(),
                "autoglm.lifecycle.local.log-dir", dir.toString()));
        settings.forEach((name, value) -> all.put("autoglm.lifecycle.local." + name, value));
        return new LocalProcesses(
                Configs.of(LocalConfig.class, all),
                registry,
                clock,
                InternalToken.of(Optional.of("secret"), "token"),
                new SimpleMeterRegistry(),
                "127.0.0.1",
                8081);
    }

    private void remember(String id, Process process) throws IOException {
        Instant startedAt = process.info().startInstant().orElseThrow();
        PidFile.of(dir, id).write(new PidFile.Entry(process.pid(), startedAt, 8000, "other"));
    }

    private Optional<Long> pid(String id) {
        return registry.find(id).map(standing -> standing.pid()).filter(pid -> pid != 0);
    }

    private String reason(String id) {
        return String.valueOf(registry.find(id).orElseThrow().phase().reason());
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new AssertionError(none);
        }
    }
}
