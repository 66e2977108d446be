package io.autoglm.gateway.queue;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Start-time fair queueing over tenants (Goyal, Vin, Cheng, "Start-time Fair Queuing", SIGCOMM 1996), a request's
/// length being its tokens:
///
/// `start = max(v, finish of the tenant's last)`, `finish = start + tokens`, and the least start is next; `v` is
/// the start of the last one that left.
///
/// While two tenants both wait, what they are given differs by no more than the largest request of the one and the
/// largest of the other (theorem 1 there). Not thread-safe; its room guards it.
final class FairQueue<T> {
    /// @param number of its arrival
    record Waiting<T>(double start, long number, String tenant, T item) {}

    private final TreeSet<Waiting<T>> order = new TreeSet<>(
            Comparator.comparingDouble((Waiting<T> waiting) -> waiting.start()).thenComparingLong(Waiting::number));
    /// Of tenants that may be waiting; forgotten when nobody is.
    private final Map<String, Double> finishes = new HashMap<>();

    private double virtualTime;
    private long arrivals;

    Waiting<T> add(String tenant, long tokens, T item) {
        double start = Math.max(virtualTime, finishes.getOrDefault(tenant, 0.0));
        finishes.put(tenant, start + Math.max(1, tokens));
        Waiting<T> waiting = new Waiting<>(start, arrivals++, tenant, item);
        order.add(waiting);
        return waiting;
    }

    /// @return null where nobody waits
    @Nullable
    T next() {
        @Nullable Waiting<T> first = order.pollFirst();
        if (first == null) {
            return null;
        }
        virtualTime = first.start();
        forget();
        return first.item();
    }

    /// @return whether it was still waiting
    boolean remove(Waiting<T> waiting) {
        boolean was = order.remove(waiting);
        forget();
        return was;
    }

    int size() {
        return order.size();
    }

    private void forget() {
        if (order.isEmpty()) {
            finishes.clear();
            virtualTime = 0;
        } else if (finishes.size() > 2 * order.size() + 16) {
            finishes.values().removeIf(finish -> finish <= virtualTime);
        }
    }
}
