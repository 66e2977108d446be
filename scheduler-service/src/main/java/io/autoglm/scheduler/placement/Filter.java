package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;

/// Says whether an instance may take a request at all.
interface Filter {
    boolean admits(Candidate candidate, LeaseRequest request);
}
