package io.autoglm.local.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A process that is known by more than its number, which the system gives to another one day.
///
/// @param birth what no other process of that number has; only to be compared. On Linux the clock ticks at its start
///              and the boot that they count from, elsewhere the instant of its start
public record Running(long pid, String birth) {

    private static final String BOOT = boot();
    private static final long POLL_MILLIS = 50;

    public static Running of(ProcessHandle process) {
        return new Running(process.pid(), birth(process));
    }

    public static Running thisProcess() {
        return of(ProcessHandle.current());
    }

    /// The process, if it is still this one and has not ended.
    public Optional<ProcessHandle> find() {
        if (pid <= 0) return Optional.empty();
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> ProcStat.of(pid).filter(ProcStat::hasEnded).isEmpty())
                .filter(process -> birth(process).equals(birth));
    }

    public boolean isAlive() {
        return find().isPresent();
    }

    /// Polls, since only a parent is told of an end.
    ///
    /// @return whether it ended within that time
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (isAlive()) {
            if (System.nanoTime() - deadline >= 0) return false;
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    private static String birth(ProcessHandle process) {
        return ProcStat.of(process.pid())
                .map(stat -> stat.startTicks() + "@" + BOOT)
                .orElseGet(() ->
                        process.info().startInstant().map(Instant::toString).orElse(""));
    }

    private static String boot() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException unknown) {
            return "";
        }
    }
}
