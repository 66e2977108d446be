package io.autoglm.gateway.queue;

import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.queue.ConcurrencyLimit.Measure;
import io.autoglm.gateway.queue.FairQueue.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The requests of one model at this gateway: those under way, and those that wait for a slot.
///
/// The most urgent class goes first. Where one has waited longer than its class bears, that class has every second
/// turn until none has, the most patient class before the others. Within a class tenants share, see {@link
/// FairQueue}. Guarded by its own monitor; whoever waits is told outside of it.
final class ModelRoom {
    /// Turns over which the pace of the room is a mean.
    private static final int PACE = 16;
    private static final long LONGEST_RETRY_SECONDS = 300;

    /// One class. Arrivals are in their order.
    private static final class Queue {
        final FairQueue<Waiter> fair = new FairQueue<>();
        final LinkedHashSet<Waiter> arrivals = new LinkedHashSet<>();
    }

    private final ConcurrencyLimit limit;
    private final Map<PriorityClass, Bounds> bounds;
    private final LongSupplier nanoClock;
    private final QueueMetrics metrics;
    private final Map<PriorityClass, Queue> queues = new EnumMap<>(PriorityClass.class);
    private final Map<Waiter, Waiting<Waiter>> places = new HashMap<>();
    private int running;
    private boolean overdueWasLast;
    private double paceNanos;
    private long lastTurnNanos;

    ModelRoom(ConcurrencyLimit limit, Map<PriorityClass, Bounds> bounds, LongSupplier nanoClock, QueueMetrics metrics) {
        this.limit = limit;
        this.bounds = Map.copyOf(bounds);
        this.nanoClock = nanoClock;
        this.metrics = metrics;
        for (PriorityClass priority : PriorityClass.values()) {
            queues.put(priority, new Queue());
        }
    }

    /// @return whether it waits; else it has been told
    boolean enter(Waiter waiter) {
        @Nullable Turn turn = null;
        synchronized (this) {
            Queue queue = queue(waiter.priority());
            if (running < limit.limit() && places.isEmpty()) {
                running++;
                turn = new Turn.Go(new Slot(this, nanoClock.getAsLong()));
            } else if (queue.arrivals.size() >= bounds(waiter.priority()).size()) {
                turn = new Turn.Shed(Turn.Reason.FULL, retryAfterSeconds());
            } else {
                if (places.isEmpty()) {
                    // Turns that nobody wanted tell nothing of the pace.
                    lastTurnNanos = nanoClock.getAsLong();
                }
                queue.arrivals.add(waiter);
                places.put(waiter, queue.fair.add(waiter.tenant(), waiter.tokens(), waiter));
                metrics.waits(waiter.priority(), 1);
            }
        }
        if (turn != null) {
            tell(waiter, turn);
        }
        // A slot may have come free by a limit that grew.
        wake();
        return turn == null;
    }

    /// It waits no more.
    ///
    /// @param why null where nobody is to be told
    void leave(Waiter waiter, Turn.@Nullable Reason why) {
        boolean waited;
        long seconds;
        synchronized (this) {
            waited = takeOut(waiter);
            seconds = retryAfterSeconds();
        }
        if (waited && why != null) {
            tell(waiter, new Turn.Shed(why, seconds));
        } else if (waited) {
            metrics.left(waiter.priority());
        }
    }

    List<Waiter> waiting() {
        synchronized (this) {
            return new ArrayList<>(places.keySet());
        }
    }

    synchronized boolean isEmpty() {
        return running == 0 && places.isEmpty();
    }

    synchronized int limit() {
        return limit.limit();
    }

    synchronized void measured(Measure measure, Duration length) {
        limit.measured(measure, length, running);
    }

    void release() {
        synchronized (this) {
            if (running == 0) {
                throw new IllegalStateException("more slots came back than were given");
            }
            running--;
        }
        wake();
    }

    private void wake() {
        @Nullable Waiter next = take();
        while (next != null) {
            tell(next, new Turn.Go(new Slot(this, nanoClock.getAsLong())));
            next = take();
        }
    }

    private synchronized @Nullable Waiter take() {
        if (places.isEmpty() || running >= limit.limit()) {
            return null;
        }
        long now = nanoClock.getAsLong();
        Queue queue = queue(nextClass(now));
        Waiter next = Objects.requireNonNull(queue.fair.next(), "the class has one that waits");
        queue.arrivals.remove(next);
        places.remove(next);
        metrics.waits(next.priority(), -1);
        metrics.waited(next.priority(), Duration.ofNanos(now - next.arrivedNanos()));
        running++;
        double interval = now - lastTurnNanos;
        paceNanos = paceNanos == 0 ? interval : paceNanos + (interval - paceNanos) / PACE;
        lastTurnNanos = now;
        return next;
    }

    private PriorityClass nextClass(long now) {
        @Nullable PriorityClass overdue = overdueWasLast ? null : overdue(now);
        overdueWasLast = overdue != null;
        if (overdue != null) {
            return overdue;
        }
        for (PriorityClass priority : PriorityClass.values()) {
            if (!queue(priority).arrivals.isEmpty()) {
                return priority;
            }
        }
        throw new IllegalStateException("nobody waits");
    }

    private @Nullable PriorityClass overdue(long now) {
        for (PriorityClass priority : List.of(PriorityClass.BULK, PriorityClass.DEFAULT, PriorityClass.INTERACTIVE)) {
            Queue queue = queue(priority);
            if (!queue.arrivals.isEmpty()
                    && now - queue.arrivals.getFirst().arrivedNanos()
                            >= bounds(priority).starvation().toNanos()) {
                return priority;
            }
        }
        return null;
    }

    private boolean takeOut(Waiter waiter) {
        Waiting<Waiter> place = places.remove(waiter);
        if (place == null) {
            return false;
        }
        Queue queue = queue(waiter.priority());
        queue.fair.remove(place);
        queue.arrivals.remove(waiter);
        metrics.waits(waiter.priority(), -1);
        return true;
    }

    /// When as many have gone as wait now, at the pace of late.
    private long retryAfterSeconds() {
        long millis = (long) (places.size() * paceNanos / 1e6);
        return Math.clamp(Math.ceilDiv(millis, 1_000), 1, LONGEST_RETRY_SECONDS);
    }

    private void tell(Waiter waiter, Turn turn) {
        if (turn instanceof Turn.Shed shed) {
            metrics.shed(waiter.priority(), shed.reason());
        }
        waiter.told().accept(turn);
    }

    private Queue queue(PriorityClass priority) {
        return Objects.requireNonNull(queues.get(priority));
    }

    private Bounds bounds(PriorityClass priority) {
        return Objects.requireNonNull(bounds.get(priority));
    }
}
