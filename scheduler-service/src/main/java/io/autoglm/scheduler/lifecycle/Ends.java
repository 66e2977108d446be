package io.autoglm.scheduler.lifecycle;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// How processes are brought to their end.
final class Ends {
    private Ends() {}

    /// SIGTERM, and SIGKILL when that was not enough. Done when the process has ended.
    static CompletableFuture<Void> softly(ProcessHandle handle, Duration timeout) {
        CompletableFuture<ProcessHandle> exit = handle.onExit();
        handle.destroy();
        return exit.copy()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(late -> {
                    handle.destroyForcibly();
                    return exit;
                })
                .thenRun(() -> {});
    }
}
