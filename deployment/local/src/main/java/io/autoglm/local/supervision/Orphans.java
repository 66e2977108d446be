package io.autoglm.local.supervision;

import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// Processes of a suite that lost the one who watched them: those of a supervisor that was killed, and instances that
/// outlived their scheduler. Each is known by its number and its birth, so that nothing else is ever stopped.
public final class Orphans {
    private Orphans() {}

    /// As long as streams may take to finish.
    private static final Duration TIME_TO_END = Duration.ofSeconds(55);
    /// What SIGKILL does not end by then waits for a device, and may do so for ever.
    private static final Duration TIME_TO_DIE = Duration.ofSeconds(5);

    /// Those of the list that still live.
    public static List<PartStatus> among(List<PartStatus> parts) {
        return parts.stream()
                .filter(part -> part.process() != null && part.process().isAlive())
                .toList();
    }

    /// `redis (pid 41), gateway (pid 43)`.
    public static String names(List<PartStatus> parts) {
        return parts.stream()
                .map(part -> part.process() == null
                        ? part.part()
                        : part.part() + " (pid " + part.process().pid() + ")")
                .collect(Collectors.joining(", "));
    }

    /// Ends them, the last first, and returns when they are gone. A child goes after its parent, which would only start
    /// it again, and mostly ends it by itself.
    ///
    /// @return those that live on all the same
    public static List<PartStatus> stop(List<PartStatus> parts) throws InterruptedException {
        List<Running> living = among(parts).reversed().stream()
                .map(PartStatus::process)
                .filter(Objects::nonNull)
                .toList();
        List<Running> children = living.stream()
                .filter(process -> hasParentAmong(living, process))
                .toList();
        for (Running process : living) if (!children.contains(process)) end(process);
        for (Running process : children) end(process);
        return among(parts);
    }

    private static boolean hasParentAmong(List<Running> living, Running process) {
        return process.find()
                .flatMap(ProcessHandle::parent)
                .map(Running::of)
                .filter(living::contains)
                .isPresent();
    }

    private static void end(Running process) throws InterruptedException {
        process.find().ifPresent(ProcessHandle::destroy);
        if (process.awaitEnd(TIME_TO_END)) return;
        process.find().ifPresent(ProcessHandle::destroyForcibly);
        process.awaitEnd(TIME_TO_DIE);
    }
}
