package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;
import io.autoglm.scheduler.registry.Phase;

/// Only what is in service may answer; {@link Trust} prefers the ready among those.
final class InService implements Filter {
    @Override
    public boolean admits(Candidate candidate, LeaseRequest request) {
        return candidate.standing().phase() instanceof Phase.Serving;
    }
}
