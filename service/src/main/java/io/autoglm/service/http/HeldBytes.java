package io.autoglm.service.http;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes that somebody holds. Safe from any thread.
public final class HeldBytes {
    private final AtomicLong bytes = new AtomicLong();

    public long get() {
        return bytes.get();
    }

    /// @return whether they stay within the limit; where not, nothing has changed
    boolean grow(long more, long limit) {
        if (bytes.addAndGet(more) > limit) {
            bytes.addAndGet(-more);
            return false;
        }
        return true;
    }

    void shrink(long less) {
        bytes.addAndGet(-less);
    }
}
