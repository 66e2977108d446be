package io.autoglm.inference.api;

import io.autoglm.inference.batching.Generation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Where the steps of a search wait for slots. The first is refused when the line is full, as any request is.
/// Later ones try again until the deadline: what has been searched so far is not thrown away because others
/// came.
final class SearchLine {

    /// About a step of a small model: the line moves no faster.
    private static final Duration RETRY = Duration.ofMillis(20);

    private final Function<List<Generation>, Optional<Refusal.Busy>> line;
    private final BooleanSupplier gone;
    private final long deadlineNanos;
    private boolean begun;

    /// @param line takes them, or says that it is full
    /// @param gone whether nobody waits for the answer any more
    SearchLine(Function<List<Generation>, Optional<Refusal.Busy>> line, BooleanSupplier gone, long deadlineNanos) {
        this.line = line;
        this.gone = gone;
        this.deadlineNanos = deadlineNanos;
    }

    /// Blocks; for the request's own thread.
    void submit(List<Generation> step) throws InterruptedException {
        for (Optional<Refusal.Busy> full = line.apply(step); full.isPresent(); full = line.apply(step)) {
            if (!begun) {
                throw new RefusedException(full.get());
            }
            if (gone.getAsBoolean()) {
                throw new ClientGoneException();
            }
            if (System.nanoTime() - deadlineNanos >= 0) {
                throw new RefusedException(
                        new Refusal.TooLate("No slot became free within the time that the request allowed"));
            }
            Thread.sleep(RETRY);
        }
        begun = true;
    }
}
