package io.autoglm.inference.batching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// The bounded line in front of the batch loop: as many as `limit` may wait, and beside them those for whom
/// there are free slots already. Any thread submits; only the loop takes out.
final class WaitingLine {

    private final int limit;
    private final int slots;
    private final IntSupplier freeSlots;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Work> waiting = new ArrayList<>();
    private long arrivals;
    private boolean closed;

    /// Read without the lock by reports.
    private volatile int size;

    /// @param freeSlots of `slots`; may lag behind by what is being seated, asked by any thread
    WaitingLine(int limit, int slots, IntSupplier freeSlots, LongSupplier nanos) {
        this.limit = limit;
        this.slots = slots;
        this.freeSlots = freeSlots;
        this.nanos = nanos;
    }

    /// All of them or none.
    Submission submit(Collection<? extends Work> works) {
        lock.lock();
        try {
            if (closed) {
                return new Submission.Closing();
            }
            long most = (long) limit + slots;
            if (works.size() > most) {
                return new Submission.NeverFits((int) most);
            }
            if (waiting.size() + works.size() > (long) limit + freeSlots.getAsInt()) {
                return new Submission.LineFull(limit);
            }
            for (Work work : works) {
                work.submitted(arrivals++, nanos.getAsLong());
                waiting.add(work);
            }
            sizeChanged();
            return new Submission.Accepted();
        } finally {
            lock.unlock();
        }
    }

    /// From now on every submission is refused.
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /// Blocks the loop until something waits or the time is over.
    void await(Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (waiting.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Those that wait, the most urgent first.
    List<Work> byUrgency() {
        long now = nanos.getAsLong();
        lock.lock();
        try {
            List<Work> ordered = new ArrayList<>(waiting);
            ordered.sort(Comparator.comparing(work -> work.urgency(now)));
            return ordered;
        } finally {
            lock.unlock();
        }
    }

    void remove(Work work) {
        lock.lock();
        try {
            waiting.remove(work);
            sizeChanged();
        } finally {
            lock.unlock();
        }
    }

    List<Work> removeIf(Predicate<Work> condition) {
        if (size == 0) {
            return List.of();
        }
        lock.lock();
        try {
            List<Work> removed = waiting.stream().filter(condition).toList();
            waiting.removeAll(removed);
            sizeChanged();
            return removed;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        return size;
    }

    private void sizeChanged() {
        size = waiting.size();
        changed.signalAll();
    }
}
