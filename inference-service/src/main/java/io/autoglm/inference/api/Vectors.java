package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.Embedding;
import io.autoglm.inference.batching.Ending;
import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.GenerationEvent;
import io.autoglm.inference.batching.Priority;
import io.autoglm.inference.batching.Submission;
import io.autoglm.inference.batching.Work;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// Carries the texts of a request through the batch loop and hands out their vectors, on the request's own
/// thread.
///
/// The loop reads one prompt at a time, so many texts of one request in slots would not be done sooner, but
/// would keep others out. Half of the slots are enough for the next text to be there when one is done; the
/// rest follow as those before them end, each behind whoever has come meanwhile.
final class Vectors {

    private final Exchange exchange;
    private final ServingModel model;
    private final List<int[]> prompts;
    private final int dimensions;
    private final long deadlineNanos;
    private final Priority priority;
    private final Events events;
    private final int most;
    private final float[][] vectors;

    /// By the place of the text. Changed by the request's thread, and read by the event loop when the client goes.
    private final Map<Integer, Embedding> underWay = new ConcurrentHashMap<>();

    private int submitted;

    /// @param prompts    at least one
    /// @param dimensions of each vector
    Vectors(Exchange exchange, ServingModel model, List<int[]> prompts, int dimensions) {
        this.exchange = exchange;
        this.model = model;
        this.prompts = prompts;
        this.dimensions = dimensions;
        this.deadlineNanos = exchange.deadlineNanos();
        this.priority = exchange.priority();
        this.events = new Events(prompts.size(), 0);
        this.most = Math.max(1, model.loop().status().slots() / 2);
        this.vectors = new float[prompts.size()][];
    }

    /// Waits until each has its vector, or one cannot have it: then the others are cancelled and the reason is
    /// thrown.
    ///
    /// @return by the place of the text
    /// @throws ClientGoneException when nobody wants them any more
    /// @throws RefusedException    when they cannot be had
    List<float[]> compute() throws InterruptedException {
        exchange.whenGone(this::cancel);
        try {
            submit();
            while (!underWay.isEmpty()) {
                handle(events.take());
                submit();
            }
        } finally {
            cancel();
        }
        return Arrays.asList(vectors);
    }

    int tokens() {
        return prompts.stream().mapToInt(prompt -> prompt.length).sum();
    }

    private void cancel() {
        underWay.values().forEach(Work::cancel);
    }

    private void submit() {
        while (submitted < prompts.size() && underWay.size() < most) {
            Embedding text = new Embedding(
                    submitted,
                    prompts.get(submitted),
                    model.pooling(),
                    model.dimensions(),
                    priority,
                    deadlineNanos,
                    events);
            switch (model.loop().submit(List.of(text))) {
                case Submission.Accepted() -> {
                    underWay.put(submitted++, text);
                    if (exchange.gone()) {
                        text.cancel();
                    }
                }
                case Submission.LineFull(int limit) -> {
                    if (underWay.isEmpty()) {
                        throw new RefusedException(new Refusal.Busy(limit + " requests are waiting already"));
                    }
                    // One of those under way will end, and then there is another try.
                    return;
                }
                case Submission.NeverFits(int room) ->
                    throw new IllegalStateException("one text does not fit into a line of " + room);
                case Submission.Closing() -> throw new RefusedException(new Refusal.Draining());
            }
        }
    }

    private void handle(GenerationEvent event) {
        if (!(event instanceof GenerationEvent.Ended(int index, Ending ending))) {
            throw new IllegalStateException("an embedding has no tokens: " + event);
        }
        Embedding text = Objects.requireNonNull(underWay.remove(index));
        vectors[index] = switch (ending) {
            case Ending.Stopped() -> text.vector(dimensions);
            case Ending.LengthReached() -> throw new IllegalStateException("text " + index + " has no length to reach");
            case Ending.Cancelled() -> throw new ClientGoneException();
            case Ending.Expired(boolean started) ->
                throw new RefusedException(new Refusal.TooLate(
                        started
                                ? "The texts were not read within the time that the request allowed"
                                : "No slot became free within the time that the request allowed"));
            case Ending.Refused(String param, String message) -> throw RefusedException.invalid(param, message);
            case Ending.Failed(String message) -> throw new RefusedException(new Refusal.Broken(message));
        };
    }
}
