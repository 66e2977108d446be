package io.autoglm.inference;

import io.autoglm.inference.batching.BatchingConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

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

    /// @return false when there is no room; otherwise {@link #leave} must be called exactly once
    public boolean enter() {
        return free.tryAcquire();
    }

    public void leave() {
        free.release();
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
