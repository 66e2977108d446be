package io.autoglm.scheduler.placement;

import io.autoglm.scheduler.registry.Standing;

/// An instance as placement sees it.
///
/// @param inFlight leases that are out on it: for the model in question where it tells its models apart, else
///                 all
public record Candidate(Standing standing, int inFlight) {
    public Candidate {
        if (inFlight < 0) {
            throw new IllegalArgumentException("inFlight: must be 0 or more, was " + inFlight);
        }
    }

    String id() {
        return standing.id();
    }
}
