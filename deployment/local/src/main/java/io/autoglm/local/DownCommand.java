package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.supervision.Orphans;
import io.autoglm.local.terminal.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// `down`: asks the supervisor to stop and waits for it; without one, stops the parts that one has left.
record DownCommand(Home home, boolean isTerminal, PrintStream out) {

    private static final int POLL_MILLIS = 100;
    /// More than all parts together may take to drain; a supervisor that is not through by then hangs.
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /// @return the exit code; stopping what is not up is no failure
    int run() throws IOException, InterruptedException {
        Optional<Snapshot> snapshot = Snapshot.read(home);
        Optional<ProcessHandle> supervisor =
                snapshot.flatMap(known -> known.supervisor().find());
        if (supervisor.isPresent()) {
            stop(supervisor.get());
            return ExitCode.OK;
        }
        List<PartStatus> orphans =
                snapshot.map(known -> Orphans.among(known.parts())).orElse(List.of());
        if (orphans.isEmpty()) {
            out.println("autoglm: not up");
            return ExitCode.OK;
        }
        String names = orphans.stream().map(PartStatus::part).collect(Collectors.joining(", "));
        out.println("autoglm: its supervisor was killed; stopping what it left: " + names);
        Orphans.stop(orphans);
        out.println("autoglm: stopped");
        return ExitCode.OK;
    }

    private void stop(ProcessHandle supervisor) throws IOException, InterruptedException {
        Progress progress = new Progress(out, isTerminal, Instant.now());
        Snapshot.read(home).ifPresent(progress::skip);
        supervisor.destroy();
        Instant limit = Instant.now().plus(LIMIT);
        while (supervisor.isAlive()) {
            if (Instant.now().isAfter(limit)) supervisor.destroyForcibly();
            Thread.sleep(POLL_MILLIS);
            Optional<Snapshot> snapshot = Snapshot.read(home);
            if (snapshot.isPresent()) progress.show(snapshot.get(), Instant.now());
        }
        progress.clear();
        Snapshot.read(home).ifPresent(left -> Orphans.stop(left.parts()));
        out.println("autoglm: stopped");
    }
}
