package io.autoglm.inference.api;

import io.autoglm.inference.batching.Ending;
import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.batching.GenerationEvent;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.openai.Usage;
import java.util.Arrays;
import java.util.List;

/// Carries the events of a request's generations through {@link AnswerText} to its sink, on the request's own thread,
/// until each choice is finished or one cannot be: then the others are cancelled and the reason is thrown.
final class Answering {

    private final Events events;
    private final List<AnswerText> choices;
    private final AnswerSink sink;
    private final int ofEachPrompt;
    private int unfinished;

    /// @param ofEachPrompt choices that share a prompt, and stand beside each other
    Answering(Events events, List<AnswerText> choices, int ofEachPrompt, AnswerSink sink) {
        this.ofEachPrompt = ofEachPrompt;
        this.events = events;
        this.choices = choices;
        this.sink = sink;
        this.unfinished = choices.size();
    }

    /// @param promptTokens counted once for each prompt, however many answers it has
    /// @throws ClientGoneException when the answer was cancelled
    /// @throws RefusedException    when it cannot be finished
    void run(int promptTokens) throws InterruptedException {
        try {
            for (int index = 0; index < choices.size(); index++) {
                AnswerText choice = choices.get(index);
                FinishReason reason = choice.replayedTo().orElse(null);
                if (reason != null) {
                    finish(index, choice, reason);
                }
            }
            while (unfinished > 0) {
                handle(next());
            }
        } finally {
            choices.forEach(choice -> choice.generation().cancel());
        }
        sink.end(usage(promptTokens));
    }

    private GenerationEvent next() throws InterruptedException {
        GenerationEvent event = events.poll();
        if (event == null) {
            sink.pause();
            event = events.take();
        }
        return event;
    }

    private void handle(GenerationEvent event) {
        AnswerText choice = choices.get(event.index());
        if (choice.finished()) {
            return;
        }
        switch (event) {
            case GenerationEvent.Token token -> {
                sink.token(event.index(), token.sampled().token());
                tell(event.index(), choice, choice.append(token.sampled()));
                if (choice.stopped()) {
                    finish(event.index(), choice, FinishReason.STOP);
                }
            }
            case GenerationEvent.Ended ended -> ended(event.index(), choice, ended.ending());
        }
    }

    private void ended(int index, AnswerText choice, Ending ending) {
        check(ending);
        boolean stopped = ending instanceof Ending.Stopped;
        if (stopped) {
            choice.countEndToken();
        }
        finish(index, choice, stopped ? FinishReason.STOP : FinishReason.LENGTH);
    }

    /// @throws ClientGoneException when the answer was cancelled
    /// @throws RefusedException    when it cannot be finished
    static void check(Ending ending) {
        switch (ending) {
            case Ending.Stopped() -> {}
            case Ending.LengthReached() -> {}
            case Ending.Cancelled() -> throw new ClientGoneException();
            case Ending.Expired(boolean started) ->
                throw new RefusedException(new Refusal.TooLate(
                        started
                                ? "The answer was not finished within the time that the request allowed"
                                : "No slot became free within the time that the request allowed"));
            case Ending.Refused(String param, String message) -> throw RefusedException.invalid(param, message);
            case Ending.Failed(String message) -> throw new RefusedException(new Refusal.Broken(message));
        }
    }

    private void finish(int index, AnswerText choice, FinishReason reason) {
        tell(index, choice, choice.finish());
        boolean calls = reason == FinishReason.STOP && choice.calledTools();
        sink.finished(index, calls ? FinishReason.TOOL_CALLS : reason, choice.takeTokens());
        unfinished--;
    }

    private void tell(int index, AnswerText choice, List<AssistantDelta> deltas) {
        for (AssistantDelta delta : deltas) {
            sink.delta(index, delta, choice.takeTokens());
        }
    }

    private Usage usage(int promptTokens) {
        int completionTokens = choices.stream().mapToInt(AnswerText::tokens).sum();
        int[] cachedTokens = choices.stream()
                .map(AnswerText::generation)
                .mapToInt(Generation::cachedTokens)
                .toArray();
        return Usage.of(promptTokens, completionTokens, cached(cachedTokens, ofEachPrompt));
    }

    /// A prompt that several answers share was read once: by the one that found the least of it in the cache.
    static int cached(int[] ofChoices, int ofEachPrompt) {
        int sum = 0;
        for (int prompt = 0; prompt < ofChoices.length; prompt += ofEachPrompt) {
            sum += Arrays.stream(ofChoices, prompt, prompt + ofEachPrompt).min().orElse(0);
        }
        return sum;
    }
}
