package io.autoglm.local;

import io.autoglm.local.CommandLine.Up;
import io.autoglm.local.home.Fault;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.KeysFile;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.supervision.Orphans;
import io.autoglm.local.terminal.Progress;
import io.autoglm.local.terminal.Screen;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `up`: starts the supervisor, shows what becomes of it, and in the foreground stays until Ctrl-C.
///
/// The supervisor runs in a session of its own. In the foreground its standard input is a pipe from here: when this
/// process ends, however it ends, the pipe ends, and the supervisor stops what it started.
///
/// @param up      what is asked for
/// @param options the same, with what it leaves open
record UpCommand(
        Home home, Up up, SuiteOptions options, Map<String, String> environment, Screen screen, PrintStream out) {

    /// @return the exit code
    int run() throws IOException, InterruptedException {
        home.create();
        Optional<Snapshot> before = Snapshot.read(home);
        if (before.isPresent() && before.get().isSupervised()) {
            return new AlreadyRunning(home, before.get(), up, screen, out).run();
        }
        List<PartStatus> left = Orphans.among(before.map(Snapshot::parts).orElse(List.of()));
        if (!left.isEmpty()) {
            out.println("autoglm: stopping what an earlier run left: " + Orphans.names(left));
        }
        Interruption interruption = new Interruption(out);
        Thread hook = new Thread(interruption::stop, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        Instant start = Instant.now();
        Process process = interruption.start(supervisor());
        Running supervisor = Running.of(process.toHandle());
        Follow follow = new Follow(home, supervisor, new Progress(out, screen, start));
        Snapshot last = follow.asLongAs(Phase.STARTING).orElseGet(() -> neverSpoke(supervisor));
        if (last.phase() == Phase.UP) {
            KeysFile keys = KeysFile.of(home, environment);
            out.print(new Welcome(home, options, keys, up.detach()).text(Duration.between(start, Instant.now())));
            out.flush();
            if (up.detach()) {
                Runtime.getRuntime().removeShutdownHook(hook);
                return ExitCode.OK;
            }
            last = follow.asLongAs(Phase.UP).orElse(last);
        }
        process.waitFor();
        return ended(last, interruption.isUnderWay());
    }

    private ProcessBuilder supervisor() throws IOException {
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
        if (!up.detach()) command.add("--until-input-ends");
        File log = home.log("supervisor").toFile();
        Files.deleteIfExists(log.toPath());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.folder().toFile())
                .redirectInput(
                        up.detach()
                                ? ProcessBuilder.Redirect.from(new File("/dev/null"))
                                : ProcessBuilder.Redirect.PIPE)
                .redirectOutput(log)
                .redirectErrorStream(true);
        // It stands in another folder, where a relative path would mean something else.
        builder.environment().put("AUTOGLM_HOME", home.folder().toString());
        KeysFile keys = KeysFile.of(home, environment);
        if (!keys.isOurs()) {
            builder.environment().put("AUTOGLM_KEYS_FILE", keys.path().toString());
        }
        return builder;
    }

    private Snapshot neverSpoke(Running supervisor) {
        Path log = home.log("supervisor");
        String lastWords;
        try {
            lastWords = Files.readString(log).strip();
        } catch (IOException unreadable) {
            lastWords = Fault.words(unreadable);
        }
        String lastLine = lastWords.substring(lastWords.lastIndexOf('\n') + 1);
        String reason = "the supervisor ended at once: " + (lastLine.isEmpty() ? "it said nothing" : lastLine) + " ("
                + log + ")";
        return new Snapshot(supervisor, options, Phase.FAILED, reason, List.of());
    }

    /// @param isStopping the hook is at work, and says what there is to say
    private int ended(Snapshot last, boolean isStopping) {
        return switch (last.phase()) {
            case FAILED -> {
                Follow.tellFailure(last);
                yield ExitCode.FAILED;
            }
            case STOPPED -> {
                if (!isStopping) out.println("autoglm: stopped");
                yield ExitCode.OK;
            }
            case STARTING, UP, STOPPING -> {
                System.err.println(
                        "autoglm: the supervisor was killed; " + options.command("down") + " stops what it left");
                yield ExitCode.FAILED;
            }
        };
    }
}
