package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;

/// A model that says of itself that it fails gets nothing, while others on its instance do.
final class CanAnswer implements Filter {
    @Override
    public boolean admits(Candidate candidate, LeaseRequest request) {
        return candidate
                .standing()
                .load(request.model())
                .filter(load -> load.failure() != null)
                .isEmpty();
    }
}
