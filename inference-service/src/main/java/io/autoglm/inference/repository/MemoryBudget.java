package io.autoglm.inference.repository;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// The memory that models may take, counted as it is planned: before it is used, and until it is freed. Safe
/// for concurrent use.
public final class MemoryBudget {

    private static final long MIB = 1 << 20;

    private final long bytes;
    private long used;

    MemoryBudget(long bytes) {
        this.bytes = bytes;
    }

    /// The memory of one version. Freed once.
    final class Share {
        private final long shareBytes;
        private final AtomicBoolean held = new AtomicBoolean(true);

        private Share(long shareBytes) {
            this.shareBytes = shareBytes;
        }

        long bytes() {
            return shareBytes;
        }

        void free() {
            if (held.compareAndSet(true, false)) {
                release(shareBytes);
            }
        }
    }

    /// As it is told: rounded up.
    public static long mib(long bytes) {
        return Math.ceilDiv(bytes, MIB);
    }

    /// @return empty when there is not so much left
    synchronized Optional<Share> reserve(long share) {
        if (share < 0) {
            throw new IllegalArgumentException("share: must be 0 or more, was " + share);
        }
        if (share > bytes - used) {
            return Optional.empty();
        }
        used += share;
        return Optional.of(new Share(share));
    }

    private synchronized void release(long share) {
        used -= share;
    }

    public synchronized long usedBytes() {
        return used;
    }

    synchronized long freeBytes() {
        return bytes - used;
    }

    public long bytes() {
        return bytes;
    }
}
