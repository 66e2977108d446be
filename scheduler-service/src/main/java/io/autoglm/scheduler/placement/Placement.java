package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.Lease.Target;
import java.util.List;

/// What came of a request for an instance.
public sealed interface Placement {

    /// @param alternatives best first
    record Placed(Target target, List<Target> alternatives) implements Placement {}

    /// The model exists, or may exist, and nobody can take the request now.
    ///
    /// @param retryAfterSeconds when to ask again
    record NoCapacity(String reason, int retryAfterSeconds) implements Placement {}

    /// Nobody is known who could take it, and the scheduler has only just started: who can may not have reported yet.
    ///
    /// @param retryAfterSeconds when to ask again
    record Settling(int retryAfterSeconds) implements Placement {}

    /// No instance serves it, and none is on its way that might.
    record UnknownModel(String model) implements Placement {}
}
