package io.autoglm.gateway.placement;

import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.LeaseRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Asks the scheduler. While it is away, or has just started and not yet heard of every instance, requests go
/// round robin over the instances of the last snapshot.
@Singleton
public final class Placement {
    /// Why a request is placed without the scheduler.
    private enum Without {
        /// It does not answer: what the snapshot does not know, nobody does.
        DOWN("scheduler-down", "The scheduler is away and no instance is known to be ready.", 2),
        /// It has just started: whom the snapshot does not know may report within a moment.
        SETTLING("scheduler-settling", "The scheduler waits for the instances to report.", 1);

        private final String reason;
        private final String nobody;
        private final long retryAfterSeconds;

        Without(String reason, String nobody, long retryAfterSeconds) {
            this.reason = reason;
            this.nobody = nobody;
            this.retryAfterSeconds = retryAfterSeconds;
        }
    }

    private final SchedulerClient scheduler;
    private final Snapshot snapshot;
    private final Map<Without, Counter> degraded = new EnumMap<>(Without.class);
    private final AtomicInteger turn = new AtomicInteger();

    Placement(SchedulerClient scheduler, Snapshot snapshot, MeterRegistry metrics) {
        this.scheduler = scheduler;
        this.snapshot = snapshot;
        for (Without why : Without.values()) {
            degraded.put(
                    why,
                    Counter.builder("autoglm.placement.degraded")
                            .description("Requests placed from the snapshot, by why the scheduler had no part in it")
                            .tag("reason", why.reason)
                            .register(metrics));
        }
    }

    /// Never fails: that the scheduler is away is answered from the snapshot.
    ///
    /// @param waitMillis how long the request may still take
    public Future<Placed> place(LeaseRequest request, long waitMillis) {
        return scheduler
                .lease(request, waitMillis)
                .map(answer -> switch (answer) {
                    case SchedulerClient.Answer.Decided decided -> doubt(decided.placed(), request);
                    case SchedulerClient.Answer.Settling settling -> fromSnapshot(request, Without.SETTLING);
                })
                .otherwise(away -> fromSnapshot(request, Without.DOWN));
    }

    /// That a model of the snapshot does not exist is no answer of a scheduler that knows the instances.
    private Placed doubt(Placed placed, LeaseRequest request) {
        if (!(placed instanceof Placed.UnknownModel)) {
            return placed;
        }
        Instances instances = snapshot.instances();
        if (instances.knows(request.model())) {
            return fromSnapshot(request, Without.SETTLING);
        }
        return instances.all().isEmpty()
                ? new Placed.NoCapacity("No instance has registered yet.", 1)
                : new Placed.UnknownModel();
    }

    private Placed fromSnapshot(LeaseRequest request, Without why) {
        Instances instances = snapshot.instances();
        List<Target> ready = instances.ready(request.model(), Set.copyOf(request.exclude()));
        if (ready.isEmpty()) {
            boolean known = instances.all().isEmpty() || instances.knows(request.model());
            return why == Without.DOWN && !known
                    ? new Placed.UnknownModel()
                    : new Placed.NoCapacity(why.nobody, why.retryAfterSeconds);
        }
        Objects.requireNonNull(degraded.get(why)).increment();
        int first = Math.floorMod(turn.getAndIncrement(), ready.size());
        List<Target> ring = IntStream.range(0, ready.size())
                .mapToObj(step -> ready.get((first + step) % ready.size()))
                .toList();
        return new Placed.Granted(new Ticket(ring.getFirst(), ring.subList(1, ring.size()), why.reason, outcome -> {}));
    }
}
