package io.autoglm.local.home;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A process that is known by more than its number, which the system gives to another one day.
///
/// @param started when it started; two readings of it may differ by a second, when the clock was set in between
public record Running(long pid, Instant started) {

    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

    public static Running of(ProcessHandle process) {
        return new Running(process.pid(), process.info().startInstant().orElse(Instant.EPOCH));
    }

    /// The live process, if it is still this one.
    public Optional<ProcessHandle> find() {
        if (pid <= 0) return Optional.empty();
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::startedAsRecorded);
    }

    private boolean startedAsRecorded(ProcessHandle process) {
        Instant seen = process.info().startInstant().orElse(Instant.EPOCH);
        return Duration.between(started, seen).abs().compareTo(CLOCK_TOLERANCE) <= 0;
    }
}
