package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;

/// Whoever has just failed this very request is not asked again.
final class NotExcluded implements Filter {
    @Override
    public boolean admits(Candidate candidate, LeaseRequest request) {
        return !request.exclude().contains(candidate.id());
    }
}
