package io.autoglm.local;

import io.autoglm.local.CommandLine.Up;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.network.Gateway;
import io.autoglm.local.terminal.Progress;
import io.autoglm.local.terminal.Screen;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Optional;

/// `up` in a home that has a supervisor: success when the suite that is asked for is up, or comes up.
///
/// @param running what its supervisor wrote last
/// @param up      what is asked for; what it leaves open is as it is
record AlreadyRunning(Home home, Snapshot running, Up up, Screen screen, PrintStream out) {

    /// @return the exit code
    int run() throws InterruptedException {
        if (running.options().development()) {
            System.err.println("autoglm: the services run in development mode: end ./autoglm dev first");
            return ExitCode.FAILED;
        }
        Optional<String> difference = difference();
        if (difference.isPresent()) {
            System.err.println("autoglm: already running " + difference.get() + ": "
                    + running.options().command("down") + " first");
            return ExitCode.FAILED;
        }
        return switch (running.phase()) {
            case STARTING -> awaitUp();
            case UP -> alreadyUp();
            case STOPPING, FAILED, STOPPED -> {
                System.err.println("autoglm: it is being stopped " + supervisor() + ": try again when it is");
                yield ExitCode.FAILED;
            }
        };
    }

    private Optional<String> difference() {
        SuiteOptions is = running.options();
        if (up.model() != null && !up.model().equals(is.model())) {
            return Optional.of("with the model " + is.model() + ", not " + up.model());
        }
        if (up.instances() != null && up.instances() != is.instances()) {
            return Optional.of("with --instances " + is.instances() + ", not " + up.instances());
        }
        return Optional.empty();
    }

    private int awaitUp() throws InterruptedException {
        out.println("autoglm: already starting " + supervisor());
        Progress progress = new Progress(out, screen, Instant.now());
        Optional<Snapshot> last = new Follow(home, running.supervisor(), progress).asLongAs(Phase.STARTING);
        if (last.filter(seen -> seen.phase() == Phase.UP).isPresent()) return alreadyUp();
        last.filter(seen -> seen.phase() == Phase.FAILED)
                .ifPresentOrElse(
                        Follow::tellFailure, () -> System.err.println("autoglm: it was stopped before it was up"));
        return ExitCode.FAILED;
    }

    private int alreadyUp() {
        out.println("autoglm: already up " + supervisor() + ", at " + Gateway.url(running.options())
                + "/v1 · " + running.options().command("status") + " shows it, "
                + running.options().command("down") + " stops it");
        return ExitCode.OK;
    }

    private String supervisor() {
        return "(supervisor pid " + running.supervisor().pid() + ")";
    }
}
