package io.autoglm.gateway.admission;

import io.autoglm.gateway.quota.Bill;
import io.autoglm.gateway.quota.Claim;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What requests have cost that Redis has not heard of, because it was away. Told one after the other once it is
/// back; a request that it has heard of all the same is not counted twice. Only what was spent is told: the
/// minute in which the request counted is over. Safe from any thread.
final class Unsettled {
    private record Cost(Claim claim, Bill bill) {}

    private final SharedCounts shared;
    private final int most;
    private final AdmissionMetrics metrics;
    private final Deque<Cost> costs = new ArrayDeque<>();
    private final AtomicBoolean telling = new AtomicBoolean();

    Unsettled(SharedCounts shared, int most, AdmissionMetrics metrics) {
        this.shared = shared;
        this.most = most;
        this.metrics = metrics;
    }

    void add(Claim claim, Bill bill) {
        Claim spending = Claims.spendingOf(claim);
        boolean lost = false;
        synchronized (costs) {
            if (costs.size() >= most) {
                lost = costs.pollFirst() != null;
            }
            costs.addLast(new Cost(spending, bill));
        }
        if (lost) {
            metrics.spendingLost();
        }
    }

    void tell() {
        if (telling.compareAndSet(false, true)) {
            next();
        }
    }

    private void next() {
        @Nullable Cost cost = first();
        if (cost == null) {
            telling.set(false);
            return;
        }
        shared.settle(cost.claim(), cost.bill())
                .subscribe()
                .with(
                        told -> {
                            remove(cost);
                            next();
                        },
                        away -> telling.set(false));
    }

    private @Nullable Cost first() {
        synchronized (costs) {
            return costs.peekFirst();
        }
    }

    /// It may have been dropped meanwhile.
    private void remove(Cost cost) {
        synchronized (costs) {
            if (cost.equals(costs.peekFirst())) {
                costs.removeFirst();
            }
        }
    }
}
