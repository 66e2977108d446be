package io.autoglm.inference.graph;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/// How far the conversion of a model's weights has come, said every two seconds. Safe for use by several
/// threads.
public final class LoadProgress {

    private static final Logger LOG = Logger.getLogger(LoadProgress.class);
    private static final long SAY_EVERY_NANOS = 2_000_000_000;
    private static final int WHOLE = 100;

    private final long total;
    private final LongSupplier nanos;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong said;

    /// @param total numbers to convert
    /// @param nanos a clock that only goes forward
    public LoadProgress(long total, LongSupplier nanos) {
        this.total = Math.max(1, total);
        this.nanos = nanos;
        this.said = new AtomicLong(nanos.getAsLong());
    }

    void done(long numbers) {
        done.addAndGet(numbers);
        long now = nanos.getAsLong();
        long before = said.get();
        if (now - before >= SAY_EVERY_NANOS && said.compareAndSet(before, now)) {
            LOG.infof("converting weights percent=%d", percent());
        }
    }

    /// 0 to 100.
    private int percent() {
        return (int) Math.min(WHOLE, done.get() * WHOLE / total);
    }
}
