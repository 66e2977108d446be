package io.autoglm.local.supervision;

import io.autoglm.local.home.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A part as it is to be: how to start it, how to see that it is well, how long it may take.
///
/// @param command     empty for a part that someone else runs: it is only watched
/// @param environment added to the supervisor's own; secrets go here, never into the command
/// @param log         takes what it prints, both streams; it goes on when the supervisor dies
/// @param after       names of parts that must be ready before it starts
/// @param startLimit  from start to the first time it is ready
/// @param stopLimit   from SIGTERM to SIGKILL: the time its requests have to finish
public record PartSpec(
        String name,
        Address address,
        List<String> command,
        Map<String, String> environment,
        Path log,
        Probe probe,
        List<String> after,
        Duration startLimit,
        Duration stopLimit) {

    public PartSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        after = List.copyOf(after);
    }

    boolean isOurs() {
        return !command.isEmpty();
    }

    /// Leaves the environment out, which holds secrets.
    @Override
    public String toString() {
        return "PartSpec[" + name + " at " + address.text() + "]";
    }
}
