package io.autoglm.scheduler.lease;

import io.autoglm.protocol.placement.Lease;
import io.autoglm.scheduler.placement.Placement;
import io.autoglm.scheduler.placement.Placement.NoCapacity;
import io.autoglm.scheduler.placement.Placement.Placed;
import io.autoglm.scheduler.placement.Placement.UnknownModel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;

/// The leases that are out. Choosing and counting are one step under one lock, so that two requests at the same
/// moment do not both find the same instance idle. A lease ends once: given back, expired, or lost with its
/// instance's process.
public final class LeaseBook {
    /// How many ended leases are remembered, so that giving one back twice is harmless.
    private static final int REMEMBERED = 10_000;

    private final Clock clock;
    private final int max;

    // Guarded by `this`.
    private final Map<String, Out> out = new HashMap<>();
    private final NavigableSet<Lease> byDeadline =
            new TreeSet<>(Comparator.comparing(Lease::deadline).thenComparing(Lease::id));
    private final Map<String, Integer> inFlight = new HashMap<>();
    private final Map<Share, Integer> inFlightOfModels = new HashMap<>();
    private final Map<String, Boolean> ended = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    public LeaseBook(Clock clock, int max) {
        if (max < 1) {
            throw new IllegalArgumentException("max: must be 1 or more, was " + max);
        }
        this.clock = clock;
        this.max = max;
    }

    private record Share(String instance, String model) {}

    private record Out(Lease lease, String model) {
        Share share() {
            return new Share(lease.instance().id(), model);
        }
    }

    /// How many leases are out on an instance, of all its models or of one.
    public interface InFlight {
        int on(String instance);

        int on(String instance, String model);
    }

    private final InFlight counts = new InFlight() {
        @Override
        public int on(String instance) {
            return inFlight(instance);
        }

        @Override
        public int on(String instance, String model) {
            return inFlight(instance, model);
        }
    };

    /// What came of asking for a lease.
    public sealed interface Answer {
        record Granted(Lease lease) implements Answer {}

        record Refused(NoCapacity why) implements Answer {}

        record Settling(int retryAfterSeconds) implements Answer {}

        record Unknown(String model) implements Answer {}
    }

    /// What came of giving one back.
    public sealed interface Return {
        /// @param model that it was asked for
        record Ended(Lease lease, String model) implements Return {}

        /// It had ended before: nothing happens.
        record Again() implements Return {}

        record NeverGiven() implements Return {}
    }

    /// @param placing chooses, given the leases out on each instance; called under the lock, so it must be quick
    public synchronized Answer lease(String model, Duration age, Function<InFlight, Placement> placing) {
        if (out.size() >= max) {
            return new Answer.Refused(new NoCapacity("too many leases are out", 1));
        }
        return switch (placing.apply(counts)) {
            case Placed placed -> new Answer.Granted(give(model, placed, age));
            case NoCapacity none -> new Answer.Refused(none);
            case Placement.Settling settling -> new Answer.Settling(settling.retryAfterSeconds());
            case UnknownModel unknown -> new Answer.Unknown(unknown.model());
        };
    }

    private Lease give(String model, Placed placed, Duration age) {
        String id = UUID.randomUUID().toString();
        Lease lease = new Lease(
                id, placed.target(), placed.alternatives(), clock.instant().plus(age));
        Out given = new Out(lease, model);
        out.put(id, given);
        byDeadline.add(lease);
        inFlight.merge(lease.instance().id(), 1, Integer::sum);
        inFlightOfModels.merge(given.share(), 1, Integer::sum);
        return lease;
    }

    public synchronized Return giveBack(String id) {
        Out given = out.get(id);
        if (given == null) {
            return ended.containsKey(id) ? new Return.Again() : new Return.NeverGiven();
        }
        end(given.lease());
        return new Return.Ended(given.lease(), given.model());
    }

    /// Ends those whose deadline has come.
    ///
    /// @return how many
    public synchronized int expire() {
        Instant now = clock.instant();
        int count = 0;
        while (!byDeadline.isEmpty() && !byDeadline.first().deadline().isAfter(now)) {
            end(byDeadline.first());
            count++;
        }
        return count;
    }

    /// Ends those on an instance whose process is no more: nothing of them runs any longer.
    ///
    /// @return how many
    public synchronized int lost(String instance) {
        var gone = out.values().stream()
                .map(Out::lease)
                .filter(lease -> lease.instance().id().equals(instance))
                .toList();
        gone.forEach(this::end);
        return gone.size();
    }

    public synchronized int inFlight(String instance) {
        return inFlight.getOrDefault(instance, 0);
    }

    public synchronized int inFlight(String instance, String model) {
        return inFlightOfModels.getOrDefault(new Share(instance, model), 0);
    }

    public synchronized int size() {
        return out.size();
    }

    synchronized Optional<Lease> find(String id) {
        return Optional.ofNullable(out.get(id)).map(Out::lease);
    }

    private void end(Lease lease) {
        Out given = out.remove(lease.id());
        byDeadline.remove(lease);
        inFlight.computeIfPresent(lease.instance().id(), (id, count) -> count == 1 ? null : count - 1);
        if (given != null) {
            inFlightOfModels.computeIfPresent(given.share(), (share, count) -> count == 1 ? null : count - 1);
        }
        ended.put(lease.id(), Boolean.TRUE);
    }
}
