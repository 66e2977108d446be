package io.autoglm.local.supervision;

import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/// Processes of a suite that lost the one who watched them: those of a supervisor that was killed, and instances that
/// outlived their scheduler. Each is known by its number and its start time, so that nothing else is ever stopped.
public final class Orphans {
    private Orphans() {}

    private static final Duration TIME_TO_END = Duration.ofSeconds(15);

    /// Those of the list that still live.
    public static List<PartStatus> among(List<PartStatus> parts) {
        return parts.stream()
                .filter(part -> Optional.ofNullable(part.process())
                        .flatMap(Running::find)
                        .isPresent())
                .toList();
    }

    /// Ends them, the last first, and returns when they are gone.
    public static void stop(List<PartStatus> parts) {
        for (PartStatus part : among(parts).reversed()) {
            Optional.ofNullable(part.process()).flatMap(Running::find).ifPresent(Orphans::end);
        }
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
