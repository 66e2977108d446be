package io.autoglm.inference.batching;

import io.autoglm.inference.sampling.SampledToken;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Work that has, or had, a slot: its place in its own text, and when things happened to it. Only the loop's
/// thread touches it.
final class Sequence {

    private final Work work;
    private final int limit;
    private final long seatedNanos;
    private final DraftRecord drafts = new DraftRecord();

    private @Nullable Slot slot;
    private int generated;
    private int lastToken = -1;
    private long firstTokenNanos;
    private long lastTokenNanos;

    /// @param maxTokens rows of a slot
    Sequence(Work work, int maxTokens, long nowNanos) {
        this.work = work;
        this.limit = Math.min(work.maxTokens(), maxTokens - work.givenTokens());
        this.seatedNanos = nowNanos;
    }

    Work work() {
        return work;
    }

    void sitsIn(@Nullable Slot slot) {
        this.slot = slot;
    }

    /// Where it sits, or its rows are kept while it is paused; null where neither.
    @Nullable
    Slot slot() {
        return slot;
    }

    /// Its text is in the cache, so that it goes on token by token.
    boolean prefilled() {
        return slot != null && slot.valid() >= work.text().length;
    }

    /// From now on what it has said is part of the text that is to be read when it gets a slot again.
    void pause() {
        if (slot != null && prefilled()) {
            int[] text = Arrays.copyOf(slot.tokens(), slot.valid() + 1);
            text[slot.valid()] = lastToken;
            work.paused(this, text);
        } else {
            work.paused(this, work.text());
        }
    }

    int remaining() {
        return limit - generated;
    }

    int generated() {
        return generated;
    }

    int lastToken() {
        return lastToken;
    }

    DraftRecord drafts() {
        return drafts;
    }

    /// Draws the next token from row `row` of `logits`; only of a generation.
    ///
    /// @return how the sequence ended with it, or null if it goes on
    @Nullable
    Ending draw(FloatBuffer logits, int row, long nowNanos) {
        if (!(work instanceof Generation generation)) {
            throw new IllegalStateException("nothing is drawn for an embedding");
        }
        SampledToken sampled = generation.sampler().next(logits, row, work.givenTokens() + generated, remaining());
        lastToken = sampled.token();
        generated++;
        firstTokenNanos = generated == 1 ? nowNanos : firstTokenNanos;
        lastTokenNanos = nowNanos;
        if (generation.stopsAt(lastToken)) {
            return new Ending.Stopped();
        }
        generation.say(sampled);
        return remaining() == 0 ? new Ending.LengthReached() : null;
    }

    long seatedNanos() {
        return seatedNanos;
    }

    /// 0 before the first token.
    long firstTokenNanos() {
        return firstTokenNanos;
    }

    /// 0 before the first token.
    long lastTokenNanos() {
        return lastTokenNanos;
    }
}
