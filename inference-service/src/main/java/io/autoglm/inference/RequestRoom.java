package io.autoglm.inference;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// The requests that are being answered, of which there is a bound: those that run on the models and those
/// that may wait for them, and some that are being read or written. Safe for concurrent use; nobody holds its
/// lock but to count.
@ApplicationScoped
public class RequestRoom {

    private static final int READ_OR_WRITTEN = 64;

    private int limit = READ_OR_WRITTEN;
    private int inside;
    private boolean closed;

    /// One request's place. It leaves exactly once: when its exchange is over, or, once a thread keeps the
    /// place, when that thread is done. Any thread.
    public final class Place {

        private enum State {
            TAKEN,
            KEPT,
            LEFT
        }

        private final AtomicReference<State> state = new AtomicReference<>(State.TAKEN);

        private Place() {}

        /// @return false if the exchange is over already
        public boolean keep() {
            return state.compareAndSet(State.TAKEN, State.KEPT);
        }

        public void leaveUnlessKept() {
            if (state.compareAndSet(State.TAKEN, State.LEFT)) {
                free();
            }
        }

        public void leave() {
            if (state.getAndSet(State.LEFT) != State.LEFT) {
                free();
            }
        }
    }

    private synchronized void free() {
        inside--;
        notifyAll();
    }

    /// @return empty when there is no room
    public synchronized Optional<Place> enter() {
        if (closed || inside >= limit) {
            return Optional.empty();
        }
        inside++;
        return Optional.of(new Place());
    }

    public synchronized int limit() {
        return limit;
    }

    /// A model has come that has places of its own. Negative when it goes: those who are inside stay.
    public synchronized void widen(int places) {
        limit += places;
    }

    /// Waits until nobody is in it, and keeps it so.
    ///
    /// @return false if some were still there when the time was over
    public synchronized boolean awaitEmpty(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (inside > 0) {
            long leftMillis = (end - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return false;
            }
            wait(leftMillis);
        }
        closed = true;
        return true;
    }
}
