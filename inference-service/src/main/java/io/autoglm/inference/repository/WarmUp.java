package io.autoglm.inference.repository;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.Ending;
import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.batching.GenerationEvent;
import io.autoglm.inference.batching.Priority;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplingParameters;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// A loaded model's first answer, which nobody sees: it proves that the model can answer, and takes the
/// first-time costs off the first client.
final class WarmUp {

    private static final int TOKENS = 4;
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /// The deadline is kept between steps.
    private static final Duration LAST_STEP = Duration.ofSeconds(30);

    private WarmUp() {}

    /// Blocks.
    ///
    /// @throws ModelLoadException if the model cannot answer
    static void run(ServingModel model) throws InterruptedException {
        int[] prompt = model.tokenizer().encode("Hello! 你好!", true);
        Events events = new Events(1, TOKENS);
        Sampler sampler = new Sampler(SamplingParameters.greedy(), prompt, model.workspace(), null);
        long deadlineNanos = System.nanoTime() + LONGEST.toNanos();
        model.loop()
                .submit(List.of(new Generation(
                        0, prompt, TOKENS, Set.of(), sampler, Priority.INTERACTIVE, deadlineNanos, events)));
        Ending ending = ending(model, events);
        if (!(ending instanceof Ending.LengthReached)) {
            throw new ModelLoadException(model.name(), "its first answer failed: " + ending);
        }
    }

    private static Ending ending(ServingModel model, Events events) throws InterruptedException {
        while (true) {
            GenerationEvent event = events.poll(LONGEST.plus(LAST_STEP));
            if (event instanceof GenerationEvent.Ended(int index, Ending ending)) {
                return ending;
            }
            if (event == null) {
                throw new ModelLoadException(model.name(), "its engine does not come back from its first step");
            }
        }
    }
}
