package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.network.Gateway;
import io.autoglm.local.network.PortPlan;
import io.autoglm.local.suite.SuiteOptions;
import io.autoglm.local.terminal.Progress;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// `up`: starts the supervisor, shows what becomes of it, and in the foreground stays until Ctrl-C.
///
/// The supervisor runs in a session of its own. In the foreground its standard input is a pipe from here: when this
/// process ends, however it ends, the pipe ends, and the supervisor stops what it started.
record UpCommand(Home home, SuiteOptions options, boolean detach, boolean isTerminal, PrintStream out) {

    private static final int POLL_MILLIS = 100;

    /// @return the exit code
    int run() throws IOException, InterruptedException {
        home.create();
        Optional<Snapshot> before = Snapshot.read(home);
        if (before.filter(Snapshot::isSupervised).isPresent()) return alreadyUp(before.get());
        Instant start = Instant.now();
        Process supervisor = startSupervisor();
        AtomicBoolean isStopping = new AtomicBoolean();
        Thread stopper = new Thread(() -> stop(supervisor, isStopping), "stop");
        Runtime.getRuntime().addShutdownHook(stopper);
        Progress progress = new Progress(out, isTerminal, start);
        Snapshot last = follow(supervisor, progress, Phase.STARTING);
        if (last.phase() == Phase.UP) {
            printWelcome(start);
            if (detach) {
                Runtime.getRuntime().removeShutdownHook(stopper);
                return ExitCode.OK;
            }
            last = follow(supervisor, progress, Phase.UP);
        }
        return ended(supervisor, last, isStopping.get());
    }

    private int alreadyUp(Snapshot running) throws IOException {
        String state = running.phase() == Phase.UP ? "already up" : "already " + word(running.phase());
        PortPlan ports = new PortPlan(running.portOffset());
        out.println(
                "autoglm: " + state + " (supervisor pid " + running.supervisor().pid() + "), at "
                        + ports.url(ports.gateway()) + "/v1 · ./autoglm status shows it, ./autoglm down stops it");
        return ExitCode.OK;
    }

    private static String word(Phase phase) {
        return switch (phase) {
            case STARTING -> "starting";
            case STOPPING -> "stopping";
            case UP, FAILED, STOPPED -> "ending";
        };
    }

    private Process startSupervisor() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx48m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dautoglm.root=" + home.root(),
                "-cp",
                System.getProperty("java.class.path"),
                Autoglm.class.getName(),
                "supervise",
                "--model",
                options.model().toString(),
                "--instances",
                Integer.toString(options.instances()),
                "--port-offset",
                Integer.toString(options.portOffset())));
        if (!detach) command.add("--until-input-ends");
        File log = home.log("supervisor").toFile();
        Files.deleteIfExists(log.toPath());
        return new ProcessBuilder(command)
                .directory(home.folder().toFile())
                .redirectInput(
                        detach ? ProcessBuilder.Redirect.from(new File("/dev/null")) : ProcessBuilder.Redirect.PIPE)
                .redirectOutput(log)
                .redirectErrorStream(true)
                .start();
    }

    /// Shows every change until the phase is another, or the supervisor has ended.
    private Snapshot follow(Process supervisor, Progress progress, Phase during)
            throws IOException, InterruptedException {
        while (true) {
            boolean isAlive = supervisor.isAlive();
            Optional<Snapshot> snapshot =
                    Snapshot.read(home).filter(seen -> seen.supervisor().pid() == supervisor.pid());
            if (snapshot.isPresent()) {
                progress.show(snapshot.get(), Instant.now());
                if (snapshot.get().phase() != during && snapshot.get().phase() != Phase.STOPPING) {
                    progress.clear();
                    return snapshot.get();
                }
            }
            if (!isAlive) {
                progress.clear();
                return snapshot.orElseGet(() -> neverSpoke(supervisor));
            }
            supervisor.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private Snapshot neverSpoke(Process supervisor) {
        return new Snapshot(
                Running.of(supervisor.toHandle()),
                options.portOffset(),
                Phase.FAILED,
                "the supervisor ended at once: see " + home.log("supervisor"),
                List.of());
    }

    private void printWelcome(Instant start) throws IOException {
        Gateway gateway = Gateway.of(home, options.portOffset());
        String model = gateway.models().stream()
                .findFirst()
                .orElse(options.model().getFileName().toString());
        String advice = detach
                ? "./autoglm chat talks to it, ./autoglm down stops it."
                : "./autoglm chat talks to it from another terminal. Ctrl-C stops it.";
        out.printf(
                """

                AutoGLM Serving is up after %3$d s.
                  base URL   %1$s/v1
                  API key    %2$s
                  API docs   %1$s/docs

                  curl -N %1$s/v1/chat/completions -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' \\
                    -d '{"model":"%4$s","stream":true,"messages":[{"role":"user","content":"Hello! Who are you?"}]}'

                %5$s
                """,
                gateway.url(),
                gateway.key(),
                Duration.between(start, Instant.now()).toSeconds(),
                model,
                advice);
        out.flush();
    }

    /// @param isStopping the hook is at work, and says what there is to say
    private int ended(Process supervisor, Snapshot last, boolean isStopping) throws InterruptedException {
        supervisor.waitFor();
        if (last.phase() == Phase.FAILED) {
            String reason = String.valueOf(last.reason());
            for (String line : reason.split("\n", -1)) {
                System.err.println(line.startsWith("autoglm: ") ? line : "autoglm: " + line);
            }
            return ExitCode.FAILED;
        }
        if (last.phase() == Phase.STOPPED) {
            if (!isStopping) out.println("autoglm: stopped");
            return ExitCode.OK;
        }
        System.err.println("autoglm: the supervisor was killed; ./autoglm down stops what it left");
        return ExitCode.FAILED;
    }

    /// The hook of Ctrl-C, SIGTERM and SIGHUP.
    private void stop(Process supervisor, AtomicBoolean isStopping) {
        if (!supervisor.isAlive()) return;
        isStopping.set(true);
        out.println();
        out.println("autoglm: stopping; requests under way may finish");
        supervisor.destroy();
        try {
            supervisor.waitFor();
            out.println("autoglm: stopped");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
