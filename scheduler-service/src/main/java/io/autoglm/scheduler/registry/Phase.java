package io.autoglm.scheduler.registry;

import io.autoglm.protocol.placement.InstanceState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where an instance is in its life, as the scheduler judges it: `Starting → Warming → Ready ⇄ (Suspect | Ejected)
/// → Draining → Gone`. A transition is a method of the phases that allow it.
public sealed interface Phase {

    /// When it came into this phase.
    Instant since();

    /// Why, in words; null when there is nothing to say.
    @Nullable
    String reason();

    /// What others are told.
    InstanceState state();

    /// There is, as far as is known, a process.
    sealed interface Alive extends Phase {
        default Draining draining(@Nullable String reason, Instant now) {
            return new Draining(now, reason);
        }

        default Gone gone(String reason, Instant now) {
            return new Gone(now, reason);
        }
    }

    /// It does not answer prompts yet.
    sealed interface Preparing extends Alive {
        default Ready ready(Instant now) {
            return new Ready(now);
        }
    }

    /// It may be given requests.
    sealed interface Serving extends Alive {
        /// @param probeAt when a probe may first try to bring it back
        default Ejected ejected(String reason, Instant now, Instant probeAt) {
            return new Ejected(now, reason, probeAt);
        }
    }

    record Starting(Instant since, @Nullable String reason) implements Preparing {
        public Starting because(@Nullable String newReason) {
            return new Starting(since, newReason);
        }

        public Warming warming(@Nullable String newReason, Instant now) {
            return new Warming(now, newReason);
        }

        @Override
        public InstanceState state() {
            return InstanceState.STARTING;
        }
    }

    record Warming(Instant since, @Nullable String reason) implements Preparing {
        public Warming because(@Nullable String newReason) {
            return new Warming(since, newReason);
        }

        @Override
        public InstanceState state() {
            return InstanceState.WARMING;
        }
    }

    record Ready(Instant since) implements Serving {
        public Suspect suspect(String reason, Instant now) {
            return new Suspect(now, reason);
        }

        @Override
        public @Nullable String reason() {
            return null;
        }

        @Override
        public InstanceState state() {
            return InstanceState.READY;
        }
    }

    /// It was ready and has not been heard of for a moment. It gets requests only when no ready instance can take
    /// them: where everything is late, the delay is more likely ours than theirs. Others are told that it is
    /// ejected.
    record Suspect(Instant since, String reason) implements Serving {
        public Ready trusted(Instant now) {
            return new Ready(now);
        }

        @Override
        public InstanceState state() {
            return InstanceState.EJECTED;
        }
    }

    /// @param probeAt before this no probe is sent and none counts; one that passes after it brings the instance back
    record Ejected(Instant since, String reason, Instant probeAt) implements Alive {
        public Ready returned(Instant now) {
            return new Ready(now);
        }

        public Ejected still(String newReason, Instant nextProbeAt) {
            return new Ejected(since, newReason, nextProbeAt);
        }

        @Override
        public InstanceState state() {
            return InstanceState.EJECTED;
        }
    }

    record Draining(Instant since, @Nullable String reason) implements Alive {
        /// Taken back: by the operator who asked for it, or by the instance, which says that it is ready again.
        public Ready resumed(Instant now) {
            return new Ready(now);
        }

        @Override
        public InstanceState state() {
            return InstanceState.DRAINING;
        }
    }

    record Gone(Instant since, String reason) implements Phase {
        /// A new process, or the same one heard of again.
        public Starting back(@Nullable String newReason, Instant now) {
            return new Starting(now, newReason);
        }

        @Override
        public InstanceState state() {
            return InstanceState.GONE;
        }
    }
}
