package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A process by its pid and its start: the system gives a pid away again, but not with the same start.
public record KnownProcess(long pid, Instant startedAt) {
    /// Linux counts start times in ticks since boot, and the boot time moves with NTP.
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private static final int END_LIMIT_SECONDS = 10;

    public static KnownProcess of(ProcessHandle handle) {
        return new KnownProcess(handle.pid(), handle.info().startInstant().orElseGet(Instant::now));
    }

    /// The very process, if it still lives. A zombie does not: it only waits for a parent that may never take note.
    public Optional<ProcessHandle> find() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> !isZombie())
                .filter(handle ->
                        handle.info().startInstant().map(this::isStart).orElse(false));
    }

    /// `kill -9`, and waits a while for its end.
    void kill() {
        find().ifPresent(handle -> {
            handle.destroyForcibly();
            handle.onExit()
                    .completeOnTimeout(handle, END_LIMIT_SECONDS, TimeUnit.SECONDS)
                    .join();
        });
    }

    /// By the state in `/proc`, behind the name in brackets; see proc_pid_stat(5).
    private boolean isZombie() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith(" Z", stat.lastIndexOf(')') + 1);
        } catch (IOException elsewhere) {
            return false;
        }
    }

    private boolean isStart(Instant other) {
        return Duration.between(startedAt, other).abs().compareTo(TOLERANCE) <= 0;
    }
}
