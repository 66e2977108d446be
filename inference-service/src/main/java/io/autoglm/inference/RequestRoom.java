package io.autoglm.inference;

import io.autoglm.inference.batching.BatchingConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// The requests that are being answered, of which there is a bound: those that run, those that may wait, and some that
/// are being read or written.
@ApplicationScoped
public class RequestRoom {

    private static final int READ_OR_WRITTEN = 64;

    private final int limit;
    private final Semaphore free;

    RequestRoom(BatchingConfig batching) {
        limit = batching.slots() + batching.queue() + READ_OR_WRITTEN;
        free = new Semaphore(limit);
    }

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
                free.release();
            }
        }

        public void leave() {
            if (state.getAndSet(State.LEFT) != State.LEFT) {
                free.release();
            }
        }
    }

    /// @return empty when there is no room
    public Optional<Place> enter() {
        return free.tryAcquire() ? Optional.of(new Place()) : Optional.empty();
    }

    public int limit() {
        return limit;
    }

    /// Waits until nobody is in it, and keeps it so.
    ///
    /// @return false if some were still there when the time was over
    boolean awaitEmpty(Duration atMost) throws InterruptedException {
        return free.tryAcquire(limit, atMost.toMillis(), TimeUnit.MILLISECONDS);
    }
}
