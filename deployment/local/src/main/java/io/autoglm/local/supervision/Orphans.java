package io.autoglm.local.supervision;

import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Processes of a suite that lost the one who watched them: those of a supervisor that was killed, and instances that
/// outlived their scheduler. Each is known by its number and its start time, so that nothing else is ever stopped.
public final class Orphans {
    private Orphans() {}

    /// As long as streams may take to finish.
    private static final Duration TIME_TO_END = Duration.ofSeconds(55);

    /// Those of the list that still live.
    public static List<PartStatus> among(List<PartStatus> parts) {
        return parts.stream()
                .filter(part -> Optional.ofNullable(part.process())
                        .flatMap(Running::find)
                        .isPresent())
                .toList();
    }

    /// Ends them, the last first, and returns when they are gone. A child goes after its parent, which would only start
    /// it again, and mostly ends it by itself.
    public static void stop(List<PartStatus> parts) {
        List<ProcessHandle> living = parts.reversed().stream()
                .flatMap(part -> Optional.ofNullable(part.process()).flatMap(Running::find).stream())
                .toList();
        Map<Boolean, List<ProcessHandle>> byParentage = living.stream()
                .collect(Collectors.partitioningBy(
                        process -> process.parent().filter(living::contains).isPresent()));
        byParentage.getOrDefault(false, List.of()).forEach(Orphans::end);
        byParentage.getOrDefault(true, List.of()).forEach(Orphans::end);
    }

    private static void end(ProcessHandle process) {
        process.destroy();
        try {
            process.onExit()
                    .orTimeout(TIME_TO_END.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException stillThere) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
