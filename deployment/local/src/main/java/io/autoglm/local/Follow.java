package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.terminal.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Shows what a supervisor writes, as long as one waits for it.
record Follow(Home home, Running supervisor, Progress progress) {

    private static final Duration POLL = Duration.ofMillis(100);

    /// Goes on while the phase is this one or {@link Phase#STOPPING}, and the supervisor lives.
    ///
    /// @return what it wrote last; empty when it ended without a word
    Optional<Snapshot> asLongAs(Phase phase) throws InterruptedException {
        while (true) {
            boolean hasEnded = supervisor.awaitEnd(POLL);
            Optional<Snapshot> snapshot =
                    Snapshot.read(home).filter(seen -> seen.supervisor().equals(supervisor));
            snapshot.ifPresent(seen -> progress.show(seen, Instant.now()));
            boolean goesOn = snapshot.map(Snapshot::phase)
                    .filter(seen -> seen != phase && seen != Phase.STOPPING)
                    .isEmpty();
            if (hasEnded || !goesOn) {
                progress.clear();
                return snapshot;
            }
        }
    }

    /// Says why a suite could not be started, in a line for each thing that is wrong.
    static void tellFailure(Snapshot failed) {
        String.valueOf(failed.reason())
                .lines()
                .forEach(line -> System.err.println(line.startsWith("autoglm: ") ? line : "autoglm: " + line));
    }
}
