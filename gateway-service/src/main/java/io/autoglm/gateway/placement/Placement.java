package io.autoglm.gateway.placement;

import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.LeaseRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Asks the scheduler. While it is away, or has just started and not yet heard of every instance, requests go
/// round robin over the instances of the last snapshot.
@Singleton
public final class Placement {
    private final SchedulerClient scheduler;
    private final Snapshot snapshot;
    private final Counter degraded;
    private final AtomicInteger turn = new AtomicInteger();

    Placement(SchedulerClient scheduler, Snapshot snapshot, MeterRegistry metrics) {
        this.scheduler = scheduler;
        this.snapshot = snapshot;
        this.degraded = Counter.builder("autoglm.placement.degraded")
                .description("Requests placed from the snapshot because the scheduler was away")
                .register(metrics);
    }

    /// Never fails: that the scheduler is away is answered from the snapshot.
    ///
    /// @param waitMillis how long the request may still take
    public Future<Placed> place(LeaseRequest request, long waitMillis) {
        return scheduler
                .lease(request, waitMillis)
                .map(answer -> switch (answer) {
                    case SchedulerClient.Answer.Decided decided -> doubt(decided.placed(), request);
                    case SchedulerClient.Answer.Settling settling -> fromSnapshot(request);
                })
                .otherwise(away -> fromSnapshot(request));
    }

    /// That a model of the snapshot does not exist is no answer of a scheduler that knows the instances.
    private Placed doubt(Placed placed, LeaseRequest request) {
        if (!(placed instanceof Placed.UnknownModel)) {
            return placed;
        }
        Instances instances = snapshot.instances();
        if (instances.knows(request.model())) {
            return fromSnapshot(request);
        }
        return instances.all().isEmpty()
                ? new Placed.NoCapacity("No instance has registered yet.", 1)
                : new Placed.UnknownModel();
    }

    private Placed fromSnapshot(LeaseRequest request) {
        Instances instances = snapshot.instances();
        List<Target> ready = instances.ready(request.model(), Set.copyOf(request.exclude()));
        if (ready.isEmpty()) {
            return !instances.all().isEmpty() && !instances.knows(request.model())
                    ? new Placed.UnknownModel()
                    : new Placed.NoCapacity("The scheduler is away and no instance is known to be ready.", 2);
        }
        degraded.increment();
        int first = Math.floorMod(turn.getAndIncrement(), ready.size());
        List<Target> ring = IntStream.range(0, ready.size())
                .mapToObj(step -> ready.get((first + step) % ready.size()))
                .toList();
        return new Placed.Granted(new Ticket(ring.getFirst(), ring.subList(1, ring.size()), true, outcome -> {}));
    }
}
