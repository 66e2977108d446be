package io.autoglm.gateway.http;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes of request bodies a gateway holds at once. What one request holds is its {@link Share}. Safe
/// from any thread.
public final class BodyBudget {
    private final long limitBytes;
    private final AtomicLong heldBytes = new AtomicLong();

    public BodyBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    public long heldBytes() {
        return heldBytes.get();
    }

    /// An empty share; its owner must give it back.
    public Share open() {
        return new Share();
    }

    /// The part of one request, only to be touched by the event loop of that request.
    public final class Share {
        private long bytes;

        private Share() {}

        /// @return whether there was room; without it nothing has changed
        boolean grow(int more) {
            if (heldBytes.addAndGet(more) > limitBytes) {
                heldBytes.addAndGet(-more);
                return false;
            }
            bytes += more;
            return true;
        }

        /// Gives everything back; a second time changes nothing.
        public void close() {
            heldBytes.addAndGet(-bytes);
            bytes = 0;
        }
    }
}
