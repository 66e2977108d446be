package io.autoglm.inference.api;

import java.util.concurrent.atomic.AtomicLong;

/// The bytes of all request bodies that have come and are not yet prompts. Any thread.
final class BodyRoom {

    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    BodyRoom(long limit) {
        this.limit = limit;
    }

    /// One request's share, given back once.
    final class Share {

        private long bytes;
        private boolean returned;

        /// @return false if there is no room for so many more
        synchronized boolean grow(long more) {
            if (returned || taken.addAndGet(more) > limit) {
                taken.addAndGet(returned ? 0 : -more);
                return false;
            }
            bytes += more;
            return true;
        }

        synchronized void giveBack() {
            returned = true;
            taken.addAndGet(-bytes);
            bytes = 0;
        }
    }

    Share share() {
        return new Share();
    }

    long limit() {
        return limit;
    }

    long taken() {
        return taken.get();
    }
}
