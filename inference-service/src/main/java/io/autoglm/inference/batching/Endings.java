package io.autoglm.inference.batching;

import java.util.Collection;
import java.util.Map;
import java.util.function.LongSupplier;

/// How work ends: whoever waits is told first, and then it is counted, so that they hear of it even where the
/// counting breaks. Only the loop's thread uses it.
final class Endings {

    private final Slots slots;
    private final BatchMetrics metrics;
    private final LongSupplier nanos;

    Endings(Slots slots, BatchMetrics metrics, LongSupplier nanos) {
        this.slots = slots;
        this.metrics = metrics;
        this.nanos = nanos;
    }

    /// Of one that sits in a slot, which is free then.
    void end(Sequence sequence, Ending ending) {
        slots.free(sequence);
        sequence.work().end(ending);
        metrics.ended(sequence.work(), sequence, ending, nanos.getAsLong());
    }

    /// Of those that wait, paused ones among them.
    void end(Map<Work, Ending> waiting) {
        for (Work work : waiting.keySet()) {
            Sequence paused = work.paused();
            if (paused != null) {
                slots.free(paused);
            }
        }
        waiting.forEach(Work::end);
        long now = nanos.getAsLong();
        waiting.forEach((work, ending) -> metrics.ended(work, work.paused(), ending, now));
    }

    /// Of all that sit in a slot: every one is told before the first is counted.
    void endAll(Collection<Sequence> seated, Ending ending) {
        seated.forEach(slots::free);
        seated.forEach(sequence -> sequence.work().end(ending));
        long now = nanos.getAsLong();
        seated.forEach(sequence -> metrics.ended(sequence.work(), sequence, ending, now));
    }
}
