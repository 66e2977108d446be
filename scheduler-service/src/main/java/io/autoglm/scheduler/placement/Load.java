package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;
import io.autoglm.protocol.placement.ModelLoad;

/// `(max(leases, running + queued) + queued) / slots`, of the model that is asked for where the instance
/// tells its models apart: they share the processor, but neither slots nor line.
///
/// Leases know of a request at once, reports know of those that came without a lease: the larger of the two
/// is the truth. Those that wait count twice, because a new request waits behind them, while it runs beside
/// the others.
final class Load implements Scorer {

    static int requests(Candidate candidate, LeaseRequest request) {
        return Math.max(candidate.inFlight(), running(candidate, request) + queued(candidate, request));
    }

    /// An instance that does not say counts as one slot.
    static int slots(Candidate candidate, LeaseRequest request) {
        int slots = candidate
                .standing()
                .load(request.model())
                .map(ModelLoad::slots)
                .orElse(candidate.standing().slots());
        return Math.max(1, slots);
    }

    private static int running(Candidate candidate, LeaseRequest request) {
        return candidate
                .standing()
                .load(request.model())
                .map(ModelLoad::running)
                .orElse(candidate.standing().running());
    }

    private static int queued(Candidate candidate, LeaseRequest request) {
        return candidate
                .standing()
                .load(request.model())
                .map(ModelLoad::queued)
                .orElse(candidate.standing().queued());
    }

    @Override
    public double score(Candidate candidate, LeaseRequest request) {
        return (requests(candidate, request) + queued(candidate, request)) / (double) slots(candidate, request);
    }
}
