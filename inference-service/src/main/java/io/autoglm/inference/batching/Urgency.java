package io.autoglm.inference.batching;

import java.util.Comparator;

/// The order in which requests get slots and prompts are read; the most urgent is the least.
///
/// @param rank    0 for a request whose patience is over, else its class'
/// @param arrival number of the request since start; breaks every tie
record Urgency(int rank, long arrival) implements Comparable<Urgency> {

    private static final Comparator<Urgency> ORDER =
            Comparator.comparingInt(Urgency::rank).thenComparingLong(Urgency::arrival);

    static Urgency of(Priority priority, long arrival, long waitedNanos) {
        return new Urgency(waitedNanos >= priority.patienceNanos() ? 0 : priority.rank(), arrival);
    }

    @Override
    public int compareTo(Urgency other) {
        return ORDER.compare(this, other);
    }
}
