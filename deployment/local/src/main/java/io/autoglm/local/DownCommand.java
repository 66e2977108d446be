package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.supervision.Orphans;
import io.autoglm.local.terminal.Progress;
import io.autoglm.local.terminal.Screen;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// `down`: asks the supervisor to stop and waits for it; without one, stops the parts that one has left.
record DownCommand(Home home, Screen screen, PrintStream out) {

    private static final Duration POLL = Duration.ofMillis(100);
    /// More than all parts together may take to drain; a supervisor that is not through by then hangs.
    private static final Duration LIMIT = Duration.ofMinutes(5);
    /// For the system to end what was killed.
    private static final Duration TIME_TO_DIE = Duration.ofSeconds(5);

    /// @return the exit code; stopping what is not up is no failure
    int run() throws InterruptedException {
        Optional<Snapshot> snapshot = Snapshot.read(home);
        if (snapshot.isPresent() && snapshot.get().isSupervised()) return stop(snapshot.get());
        List<PartStatus> orphans =
                snapshot.map(known -> Orphans.among(known.parts())).orElse(List.of());
        if (orphans.isEmpty()) {
            out.println("autoglm: not up");
            return ExitCode.OK;
        }
        out.println("autoglm: its supervisor was killed; stopping what it left: " + Orphans.names(orphans));
        return ended(orphans);
    }

    private int stop(Snapshot known) throws InterruptedException {
        Progress progress = new Progress(out, screen, Instant.now());
        progress.skip(known);
        Running supervisor = known.supervisor();
        supervisor.find().ifPresent(ProcessHandle::destroy);
        Instant limit = Instant.now().plus(LIMIT);
        while (!supervisor.awaitEnd(POLL) && Instant.now().isBefore(limit)) {
            Snapshot.read(home).ifPresent(snapshot -> progress.show(snapshot, Instant.now()));
        }
        Snapshot.read(home).ifPresent(snapshot -> progress.show(snapshot, Instant.now()));
        progress.clear();
        supervisor.find().ifPresent(ProcessHandle::destroyForcibly);
        if (!supervisor.awaitEnd(TIME_TO_DIE)) {
            System.err.println("autoglm: the supervisor (pid " + supervisor.pid() + ") cannot be ended");
            return ExitCode.FAILED;
        }
        return ended(Snapshot.read(home).orElse(known).parts());
    }

    /// Ends what of it still lives.
    private int ended(List<PartStatus> parts) throws InterruptedException {
        List<PartStatus> immortal = Orphans.stop(parts);
        if (!immortal.isEmpty()) {
            System.err.println("autoglm: what cannot be ended: " + Orphans.names(immortal));
            return ExitCode.FAILED;
        }
        out.println("autoglm: stopped");
        return ExitCode.OK;
    }
}
