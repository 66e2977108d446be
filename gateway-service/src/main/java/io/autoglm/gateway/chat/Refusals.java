package io.autoglm.gateway.chat;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.upstream.Broken;
import io.autoglm.gateway.upstream.Broken.Kind;
import io.autoglm.gateway.upstream.Fault;

/// What a client is told when no instance answered its request.
final class Refusals {
    private Refusals() {}

    static Problem noRecall(long retryAfterSeconds) {
        return Problem.unavailable(
                "The conversation cannot be recalled now; without X-Session-Id chat goes on.",
                "context_unavailable",
                retryAfterSeconds);
    }

    /// After a first attempt that came to nothing.
    static Problem nobodyLeft(Fault lastFault, long retryAfterSeconds) {
        return Problem.unavailable(
                switch (lastFault) {
                    case BUSY -> "The instance is full, and no other can take the request now.";
                    case ABSENT -> "The model was unloaded there, and no other instance can take the request now.";
                    case INSTANCE, DEADLINE, REQUEST ->
                        "The instance failed before it answered, and no other can take the request now.";
                },
                "no_capacity",
                retryAfterSeconds);
    }

    static Problem of(Broken broken) {
        return of(broken.kind() == Kind.TIMEOUT ? Fault.DEADLINE : broken.fault());
    }

    static Problem of(Fault fault) {
        return switch (fault) {
            case INSTANCE -> Problem.instanceBroke("The instance failed: it did not complete its answer.");
            case BUSY -> Problem.unavailable("The instance has no room for the request now.", "no_capacity", 1);
            case ABSENT -> Problem.unavailable("The instance does not serve the model any more.", "no_capacity", 1);
            case DEADLINE -> Problem.tooLate("The instance did not answer in time.");
            case REQUEST -> Problem.invalid("The instance cannot answer this request.", null);
        };
    }

    /// The caller's identity is settled here, so 401 and 403 of an instance are about the gateway itself.
    static Problem strange(int status) {
        return Problem.instanceBroke(
                status == 401 || status == 403
                        ? "The instance refused the gateway."
                        : "The instance answered with status " + status + ".");
    }
}
