package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;

/// A line of waiting requests that is too long helps nobody.
///
/// @param maxRequestsPerSlot running and waiting together
record HasRoom(int maxRequestsPerSlot) implements Filter {
    HasRoom {
        if (maxRequestsPerSlot < 1) {
            throw new IllegalArgumentException("maxRequestsPerSlot: must be 1 or more, was " + maxRequestsPerSlot);
        }
    }

    @Override
    public boolean admits(Candidate candidate, LeaseRequest request) {
        return Load.requests(candidate, request) < (long) Load.slots(candidate, request) * maxRequestsPerSlot;
    }
}
