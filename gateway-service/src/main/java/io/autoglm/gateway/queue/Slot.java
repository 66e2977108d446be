package io.autoglm.gateway.queue;

import io.autoglm.gateway.queue.ConcurrencyLimit.Measure;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The right of one request to be under way. It ends once: a second release changes nothing.
public final class Slot {
    /// Of a model whose requests are not limited.
    static final Slot FREE = new Slot(null, 0);

    private final @Nullable ModelRoom room;
    private final long sinceNanos;
    private final AtomicBoolean released = new AtomicBoolean();

    Slot(@Nullable ModelRoom room, long sinceNanos) {
        this.room = room;
        this.sinceNanos = sinceNanos;
    }

    /// @param nanos when the first token of a stream came, by the room's clock
    public void firstToken(long nanos) {
        if (room != null) {
            room.measured(Measure.FIRST_TOKEN, Duration.ofNanos(Math.max(0, nanos - sinceNanos)));
        }
    }

    /// @param nanos  when an answer came whole
    /// @param tokens of it
    public void answered(long nanos, long tokens) {
        if (room != null && tokens > 0) {
            room.measured(Measure.PER_TOKEN, Duration.ofNanos(Math.max(0, nanos - sinceNanos) / tokens));
        }
    }

    public void release() {
        if (room != null && released.compareAndSet(false, true)) {
            room.release();
        }
    }
}
