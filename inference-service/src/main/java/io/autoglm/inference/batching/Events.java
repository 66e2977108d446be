package io.autoglm.inference.batching;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The hand-off from the batch loop to the one thread that answers a request. It never blocks the loop: it has room for
/// all that the request's generations can ever say, their token limits and one ending each.
public final class Events {

    private final BlockingQueue<GenerationEvent> queue;

    /// @param tokens all that the generations may generate together
    public Events(int generations, long tokens) {
        queue = new LinkedBlockingQueue<>(Math.toIntExact(Math.min(Integer.MAX_VALUE, generations + tokens)));
    }

    void put(GenerationEvent event) {
        if (!queue.offer(event)) {
            throw new IllegalStateException("a generation said more than its token limit allows");
        }
    }

    /// Waits; meant for a virtual thread. An ending comes at the latest when the deadline of the request has passed and
    /// the engine step that runs then is over.
    public GenerationEvent take() throws InterruptedException {
        return queue.take();
    }

    /// As [#take], but null when the time is over.
    public @Nullable GenerationEvent poll(Duration atMost) throws InterruptedException {
        return queue.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// The next event if it is there already, else null.
    public @Nullable GenerationEvent poll() {
        return queue.poll();
    }
}
