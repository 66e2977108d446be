package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.LeaseRequest;
import io.autoglm.scheduler.placement.Placement.NoCapacity;
import io.autoglm.scheduler.placement.Placement.Placed;
import io.autoglm.scheduler.placement.Placement.Settling;
import io.autoglm.scheduler.placement.Placement.UnknownModel;
import io.autoglm.scheduler.registry.Phase;
import io.autoglm.service.Bounds;
import java.util.Comparator;
import java.util.List;

/// Filter → score → pick.
///
/// 1. Those that serve the model are candidates; with none of them the model is unknown, unless someone who has not
///    said yet what it serves is on its way.
/// 2. The filters leave those that may take the request; with none left there is no capacity, and the answer says
///    why.
///    While the scheduler settles, nobody known or ready means neither: who could answer may not have reported yet.
/// 3. The scorers order them, the first scorer first; the next decides only between equals.
public final class Placer {
    private static final int RETRY_SOON_SECONDS = 1;
    private static final int RETRY_AFTER_LOADING_SECONDS = 3;

    private final int maxAlternatives;
    private final HasRoom room;

    public Placer(PlacementConfig config) {
        Bounds.atLeast("autoglm.placement.max-requests-per-slot", config.maxRequestsPerSlot(), 1);
        Bounds.atLeast("autoglm.placement.max-alternatives", config.maxAlternatives(), 0);
        this.maxAlternatives = config.maxAlternatives();
        this.room = new HasRoom(config.maxRequestsPerSlot());
    }

    /// @param settling instances may exist that had no time to report
    /// @param seed     spreads requests that are otherwise equal
    public Placement place(LeaseRequest request, List<Candidate> known, boolean settling, long seed) {
        List<Candidate> serving = known.stream()
                .filter(one -> one.standing().serves(request.model()))
                .toList();
        if (serving.isEmpty()) {
            return settling ? new Settling(RETRY_SOON_SECONDS) : nobodyServes(request.model(), known);
        }
        List<Candidate> able = admitted(serving, request, List.of(new InService(), new CanAnswer(), new NotExcluded()));
        if (able.isEmpty() && settling) {
            return new Settling(RETRY_SOON_SECONDS);
        }
        if (able.isEmpty()) {
            return new NoCapacity("no instance of '" + request.model() + "' is ready", RETRY_AFTER_LOADING_SECONDS);
        }
        List<Candidate> free = admitted(able, request, List.of(room));
        if (free.isEmpty()) {
            return new NoCapacity("every instance of '" + request.model() + "' is full", RETRY_SOON_SECONDS);
        }
        return pick(free.stream().sorted(best(request, seed)).toList());
    }

    private static Placement nobodyServes(String model, List<Candidate> known) {
        boolean mayCome = known.stream()
                .anyMatch(one ->
                        one.standing().models().isEmpty() && one.standing().phase() instanceof Phase.Preparing);
        boolean nobody = known.stream().allMatch(one -> one.standing().phase() instanceof Phase.Gone);
        if (mayCome || nobody) {
            return new NoCapacity(
                    mayCome ? "instances are still starting" : "no instance is running", RETRY_AFTER_LOADING_SECONDS);
        }
        return new UnknownModel(model);
    }

    private static List<Candidate> admitted(List<Candidate> candidates, LeaseRequest request, List<Filter> filters) {
        return candidates.stream()
                .filter(candidate -> filters.stream().allMatch(filter -> filter.admits(candidate, request)))
                .toList();
    }

    private static Comparator<Candidate> best(LeaseRequest request, long seed) {
        List<Scorer> scorers = List.of(new Trust(), new Load(), new Home(seed));
        return scorers.stream()
                .map(scorer -> Comparator.<Candidate>comparingDouble(candidate -> scorer.score(candidate, request)))
                .reduce(Comparator::thenComparing)
                .orElseThrow();
    }

    private Placed pick(List<Candidate> ordered) {
        List<Target> targets = ordered.stream()
                .limit(1L + maxAlternatives)
                .map(one -> new Target(one.standing().id(), one.standing().url()))
                .toList();
        return new Placed(targets.getFirst(), targets.subList(1, targets.size()));
    }
}
