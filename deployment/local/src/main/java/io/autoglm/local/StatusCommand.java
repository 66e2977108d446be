package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.supervision.Orphans;
import io.autoglm.local.terminal.StatusTable;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// `status`: the parts that are supervised, or those that a supervisor that was killed has left.
record StatusCommand(Home home, boolean json, PrintStream out) {

    /// @return the exit code: success only where all is ready
    int run() {
        Optional<Snapshot> snapshot = Snapshot.read(home);
        boolean supervised = snapshot.filter(Snapshot::isSupervised).isPresent();
        List<PartStatus> known = snapshot.map(Snapshot::parts).orElse(List.of());
        List<PartStatus> parts = supervised ? known : Orphans.among(known);
        StatusTable table = new StatusTable(parts);
        if (json) {
            out.println(table.json());
        } else if (parts.isEmpty()) {
            out.println("autoglm: not up");
        } else {
            if (!supervised) out.println("autoglm: the supervisor was killed; these parts are what it left");
            if (supervised && snapshot.get().options().development()) {
                out.println("autoglm: the services run in development mode, in the terminal of ./autoglm dev;"
                        + " this is what is beside them");
            }
            out.print(table.text(Instant.now()));
        }
        if (!supervised) return ExitCode.NOT_UP;
        return parts.stream().allMatch(PartStatus::isReady) && !parts.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
}
