package io.autoglm.local.supervision;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where a part is: Waiting → Starting → Ready ⇄ Unready; an end of its process leads to Resting and back to Starting,
/// or to Failed; Stopped is the end.
///
/// Each transition is a method of the states that allow it.
sealed interface PartState {

    Instant since();

    /// The one word that `status` shows.
    String word();

    /// For the parts that it needs.
    record Waiting(Instant since) implements PartState {
        Starting started(@Nullable Process process, Instant now) {
            return new Starting(process, now);
        }

        @Override
        public String word() {
            return "waiting";
        }
    }

    /// It runs; null for a part that is not ours.
    sealed interface Alive extends PartState {
        @Nullable
        Process process();

        default Resting crashed(String reason, Duration rest, Instant now) {
            return new Resting(now, now.plus(rest), reason);
        }

        default Failed failed(String reason, Instant now) {
            return new Failed(now, reason);
        }

        default Stopping stopping(Instant now) {
            return new Stopping(process(), now);
        }
    }

    record Starting(@Nullable Process process, Instant since) implements Alive {
        Ready ready(Instant now) {
            return new Ready(process, now);
        }

        @Override
        public String word() {
            return "starting";
        }
    }

    record Ready(@Nullable Process process, Instant since) implements Alive {
        Unready unready(String reason, Instant now) {
            return new Unready(process, now, reason);
        }

        @Override
        public String word() {
            return "ready";
        }
    }

    record Unready(@Nullable Process process, Instant since, String reason) implements Alive {
        Ready ready(Instant now) {
            return new Ready(process, now);
        }

        @Override
        public String word() {
            return "unready";
        }
    }

    record Stopping(@Nullable Process process, Instant since) implements Alive {
        @Override
        public String word() {
            return "stopping";
        }
    }

    /// It crashed and is started again at `next`.
    record Resting(Instant since, Instant next, String reason) implements PartState {
        Starting started(@Nullable Process process, Instant now) {
            return new Starting(process, now);
        }

        @Override
        public String word() {
            return "restarting";
        }
    }

    /// It will not be started again by itself.
    record Failed(Instant since, String reason) implements PartState {
        @Override
        public String word() {
            return "failed";
        }
    }

    record Stopped(Instant since) implements PartState {
        @Override
        public String word() {
            return "stopped";
        }
    }
}
