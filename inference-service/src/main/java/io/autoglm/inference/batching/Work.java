package io.autoglm.inference.batching;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A prompt that is to be read in a slot, and what is wanted of it.
///
/// The batch loop reads it and writes its figures; any thread may cancel it, and read them.
public abstract sealed class Work permits Generation, Embedding {

    private final int index;
    private final int promptTokens;
    private final int givenTokens;
    private final Priority priority;
    private final long deadlineNanos;
    private final Events events;

    /// How it ends if it is still going on; the first wish counts.
    private final AtomicReference<@Nullable Ending> wish = new AtomicReference<>();

    private volatile int cachedTokens;

    /// What is to be read: what was given, and of paused work what it has said too. Only the loop's thread
    /// touches both.
    private int[] text;

    private @Nullable Sequence paused;

    /// Written by {@link WaitingLine} under its lock, before the loop sees it.
    private long arrival;

    private long submittedNanos;

    /// @param index         its place among those that share `events`
    /// @param given         the prompt, and of an answer that was begun elsewhere what it has said there;
    ///                      neither copied nor changed
    /// @param promptTokens  of those, how many are the prompt; at least 1
    /// @param deadlineNanos on the loop's clock
    Work(int index, int[] given, int promptTokens, Priority priority, long deadlineNanos, Events events) {
        if (promptTokens < 1 || promptTokens > given.length) {
            throw new IllegalArgumentException("prompt: must have at least one token");
        }
        this.index = index;
        this.promptTokens = promptTokens;
        this.givenTokens = given.length;
        this.text = given;
        this.priority = priority;
        this.deadlineNanos = deadlineNanos;
        this.events = events;
    }

    /// Tokens behind what was given, for at least one of which there must be room.
    abstract int maxTokens();

    /// Of the first tokens of [#text], how many need not be computed where their rows are there already.
    abstract int reusable();

    /// Nobody wants the answer any more. Frees its slot within one step. Harmless when it has ended.
    public final void cancel() {
        wish(new Ending.Cancelled());
    }

    final void wish(Ending ending) {
        wish.compareAndSet(null, ending);
    }

    /// Tokens of the prompt that were not computed again; final once the first event came.
    public final int cachedTokens() {
        return cachedTokens;
    }

    public final int promptTokens() {
        return promptTokens;
    }

    /// Tokens that stand before the first one that is generated here.
    final int givenTokens() {
        return givenTokens;
    }

    final int[] text() {
        return text;
    }

    /// Its slot was taken for something more urgent; it waits again, with its old place in the line.
    ///
    /// @param text that is to be read when it goes on
    final void paused(Sequence sequence, int[] text) {
        this.paused = sequence;
        this.text = text;
    }

    /// Null for work that never had a slot.
    final @Nullable Sequence paused() {
        return paused;
    }

    final int index() {
        return index;
    }

    final Events events() {
        return events;
    }

    /// @param begun whether it has, or had, a slot
    /// @return why it must not go on, or null if it may
    final @Nullable Ending ending(long nowNanos, boolean begun) {
        Ending wished = wish.get();
        return wished == null && nowNanos - deadlineNanos >= 0 ? new Ending.Expired(begun) : wished;
    }

    final void cached(int tokens) {
        cachedTokens = Math.min(tokens, promptTokens);
    }

    final void submitted(long arrival, long nowNanos) {
        this.arrival = arrival;
        this.submittedNanos = nowNanos;
    }

    final long submittedNanos() {
        return submittedNanos;
    }

    final Urgency urgency(long nowNanos) {
        return Urgency.of(priority, arrival, nowNanos - submittedNanos);
    }

    final boolean isOfLowerClassThan(Work other) {
        return priority.rank() > other.priority.rank();
    }

    final void end(Ending ending) {
        events.put(new GenerationEvent.Ended(index, ending));
    }
}
