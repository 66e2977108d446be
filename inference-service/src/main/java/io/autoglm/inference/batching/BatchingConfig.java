package io.autoglm.inference.batching;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// `autoglm.batching.*`: how many answers run at once, and what waits.
@ConfigMapping(prefix = "autoglm.batching")
public interface BatchingConfig {

    /// Sequences of a model that run at once, each with its own part of the KV cache. Default 8.
    @WithDefault("8")
    int slots();

    /// Tokens of one sequence, prompt and answer together. 0, the default, is what the model was made for, or
    /// as many as leave the KV cache within half of what is left, beside the weights, of the memory of
    /// `autoglm.models.max-memory`.
    @WithDefault("0")
    int maxTokens();

    /// Answers that may wait for a slot of a model, beside those for whom one is free; one more is refused
    /// with 503. Default 256.
    @WithDefault("256")
    int queue();

    /// Prompt tokens that one step reads at most while answers run; four times as many where none does.
    /// Default 32, which keeps 96 % of the speed of whole prompts and lets running answers go on in between.
    @WithDefault("32")
    int prefillChunk();

    /// What a step should take at most while answers are running; prompt chunks shrink, to a quarter at the least, to
    /// keep it. Default 200 ms, about a reader's patience for a stutter.
    @WithDefault("200ms")
    Duration interTokenBudget();

    /// Sequences beyond `slots` whose part of the KV cache is kept while a more urgent request has their
    /// slot; so many answers of a lower class can be paused at once. 0 for none. Default 2.
    @WithDefault("2")
    int spareSlots();

    /// Tokens of an answer that are guessed from its own text and checked in one step, where an answer runs
    /// alone and that pays; what is said stays the same, up to ties within rounding. At most 16, 0 for none.
    /// Default 8.
    @WithDefault("8")
    int draftTokens();

    /// The last step gets 5 s: a prefill chunk on a slow machine takes one or two, and an engine that
    /// hangs must not keep the process from its end.
    default BatchLimits limits() {
        return new BatchLimits(
                queue(), prefillChunk(), interTokenBudget(), Duration.ofSeconds(5), spareSlots(), draftTokens());
    }
}
