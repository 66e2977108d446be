package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// One process, which can be started again after it was stopped or killed. Used by one test at a time.
public final class Part {
    private static final Duration READY_LIMIT = Duration.ofMinutes(4);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path folder;
    private final Path log;
    private final BooleanSupplier ready;
    private final Guardian guardian;
    private @Nullable Process process;

    Part(
            String name,
            List<String> command,
            Map<String, String> environment,
            Path folder,
            BooleanSupplier ready,
            Guardian guardian) {
        this.name = name;
        this.command = command;
        this.environment = environment;
        this.folder = folder;
        this.log = folder.resolve(name + ".log");
        this.ready = ready;
        this.guardian = guardian;
    }

    public void start() {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .directory(folder.toFile());
            Map<String, String> own = new HashMap<>(builder.environment());
            own.keySet().removeIf(variable -> variable.startsWith("AUTOGLM_") || variable.startsWith("QUARKUS_"));
            own.putAll(environment);
            builder.environment().clear();
            builder.environment().putAll(own);
            Process started = builder.start();
            guardian.watch(started);
            process = started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until the part says that it is ready.
    public void awaitReady() {
        Awaitility.await(name + " is ready")
                .atMost(READY_LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> {
                    if (!running().isAlive()) {
                        throw new IllegalStateException(name + " ended:\n" + log());
                    }
                })
                .until(ready::getAsBoolean);
    }

    /// `kill -9`, and waits for its end.
    public void kill() {
        running().destroyForcibly();
        running().onExit().join();
    }

    /// Starts it again, on the same port and data.
    public void restart() {
        if (running().isAlive()) {
            throw new IllegalStateException(name + " is still running");
        }
        start();
        awaitReady();
    }

    /// SIGTERM, then `kill -9` for one that does not end.
    void stop() {
        Process mine = process;
        if (mine == null) {
            return;
        }
        mine.destroy();
        try {
            if (!mine.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                mine.destroyForcibly().onExit().join();
            }
        } catch (InterruptedException e) {
            mine.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    public boolean isAlive() {
        Process mine = process;
        return mine != null && mine.isAlive();
    }

    /// Waits for its end.
    ///
    /// @return the exit code
    public int awaitEnd() {
        Awaitility.await(name + " ends")
                .atMost(READY_LIMIT)
                .until(() -> !running().isAlive());
        return running().exitValue();
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process running() {
        Process mine = process;
        if (mine == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return mine;
    }
}
