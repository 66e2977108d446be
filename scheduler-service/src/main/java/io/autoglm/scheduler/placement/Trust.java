package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;
import io.autoglm.scheduler.registry.Phase;

/// A ready instance before one that has not been heard of for a moment.
final class Trust implements Scorer {
    @Override
    public double score(Candidate candidate, LeaseRequest request) {
        return candidate.standing().phase() instanceof Phase.Ready ? 0 : 1;
    }
}
