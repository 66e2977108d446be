package io.autoglm.inference.batching;

import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.sampling.Sampler;
import java.util.Set;

/// One answer that is to be generated. `n` answers of one request are `n` generations that share a prompt array.
public final class Generation extends Work {

    private final int maxTokens;
    private final Set<Integer> stopTokens;
    private final Sampler sampler;

    /// An answer from its beginning.
    ///
    /// @param index         its place among the generations that share `events`
    /// @param prompt        at least one token; neither copied nor changed
    /// @param maxTokens     tokens to generate at most, at least 1
    /// @param stopTokens    tokens that end it and are not part of the text
    /// @param deadlineNanos on the loop's clock
    public Generation(
            int index,
            int[] prompt,
            int maxTokens,
            Set<Integer> stopTokens,
            Sampler sampler,
            Priority priority,
            long deadlineNanos,
            Events events) {
        this(index, prompt, prompt.length, maxTokens, stopTokens, sampler, priority, deadlineNanos, events);
    }

    /// An answer that was begun elsewhere, and goes on as it would have there.
    ///
    /// @param given        the prompt and behind it what was said already
    /// @param promptTokens of those, how many are the prompt
    /// @param maxTokens    tokens to generate at most beside those, at least 1
    /// @param sampler      that knows what was said
    public Generation(
            int index,
            int[] given,
            int promptTokens,
            int maxTokens,
            Set<Integer> stopTokens,
            Sampler sampler,
            Priority priority,
            long deadlineNanos,
            Events events) {
        super(index, given, promptTokens, priority, deadlineNanos, events);
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: must be at least 1, was " + maxTokens);
        }
        this.maxTokens = maxTokens;
        this.stopTokens = Set.copyOf(stopTokens);
        this.sampler = sampler;
    }

    /// The answer is complete, since a stop string came. Frees its slot within one step, as {@link #cancel}
    /// does.
    public void stop() {
        wish(new Ending.Stopped());
    }

    @Override
    int maxTokens() {
        return maxTokens;
    }

    /// All but the last token, whose logits are needed.
    @Override
    int reusable() {
        return text().length - 1;
    }

    boolean stopsAt(int token) {
        return stopTokens.contains(token);
    }

    Sampler sampler() {
        return sampler;
    }

    void say(SampledToken sampled) {
        events().put(new GenerationEvent.Token(index(), sampled));
    }
}
