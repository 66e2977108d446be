package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;

/// `(max(leases, running + queued) + queued) / slots`.
///
/// Leases know of a request at once, reports know of those that came without a lease: the larger of the two is the
/// truth. Those that wait count twice, because a new request waits behind them, while it runs beside the others.
final class Load implements Scorer {

    static int requests(Candidate candidate) {
        return Math.max(
                candidate.inFlight(),
                candidate.standing().running() + candidate.standing().queued());
    }

    /// An instance that does not say counts as one slot.
    static int slots(Candidate candidate) {
        return Math.max(1, candidate.standing().slots());
    }

    @Override
    public double score(Candidate candidate, LeaseRequest request) {
        return (requests(candidate) + candidate.standing().queued()) / (double) slots(candidate);
    }
}
