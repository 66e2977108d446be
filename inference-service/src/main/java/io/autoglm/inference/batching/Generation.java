package io.autoglm.inference.batching;

import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.sampling.Sampler;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One answer that is to be generated. `n` answers of one request are `n` generations that share a prompt array.
///
/// The batch loop reads it and writes its figures; any thread may cancel or stop it, and read them.
public final class Generation {

    private final int index;
    private final int[] prompt;
    private final int maxTokens;
    private final Set<Integer> stopTokens;
    private final Sampler sampler;
    private final Priority priority;
    private final long deadlineNanos;
    private final Events events;

    /// How it ends if it is still going on; the first wish counts.
    private final AtomicReference<@Nullable Ending> wish = new AtomicReference<>();

    private volatile int cachedTokens;

    /// Written by {@link WaitingLine} under its lock, before the loop sees it.
    private long arrival;

    private long submittedNanos;

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
        if (prompt.length == 0) {
            throw new IllegalArgumentException("prompt: must have at least one token");
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: must be at least 1, was " + maxTokens);
        }
        this.index = index;
        this.prompt = prompt;
        this.maxTokens = maxTokens;
        this.stopTokens = Set.copyOf(stopTokens);
        this.sampler = sampler;
        this.priority = priority;
        this.deadlineNanos = deadlineNanos;
        this.events = events;
    }

    /// Nobody wants the answer any more. Frees its slot within one step. Harmless when it has ended.
    public void cancel() {
        wish.compareAndSet(null, new Ending.Cancelled());
    }

    /// The answer is complete, since a stop string came. Frees its slot within one step, as {@link #cancel}
    /// does.
    public void stop() {
        wish.compareAndSet(null, new Ending.Stopped());
    }

    /// Tokens of the prompt that were not computed again; final once the first event came.
    public int cachedTokens() {
        return cachedTokens;
    }

    public int promptTokens() {
        return prompt.length;
    }

    int[] prompt() {
        return prompt;
    }

    int maxTokens() {
        return maxTokens;
    }

    boolean stopsAt(int token) {
        return stopTokens.contains(token);
    }

    Sampler sampler() {
        return sampler;
    }

    /// @param seated whether it has a slot
    /// @return why it must not go on, or null if it may
    @Nullable
    Ending ending(long nowNanos, boolean seated) {
        Ending wished = wish.get();
        return wished == null && nowNanos - deadlineNanos >= 0 ? new Ending.Expired(seated) : wished;
    }

    void cached(int tokens) {
        cachedTokens = tokens;
    }

    void submitted(long arrival, long nowNanos) {
        this.arrival = arrival;
        this.submittedNanos = nowNanos;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    Urgency urgency(long nowNanos) {
        return Urgency.of(priority, arrival, nowNanos - submittedNanos);
    }

    void say(SampledToken sampled) {
        events.put(new GenerationEvent.Token(index, sampled));
    }

    void end(Ending ending) {
        events.put(new GenerationEvent.Ended(index, ending));
    }
}
