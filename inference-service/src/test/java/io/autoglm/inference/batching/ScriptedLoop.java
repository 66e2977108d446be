package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplerWorkspace;
import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.sampling.TokenRules;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A batch loop over a {@link ScriptedDecoder}, on the decoder's clock: so what it decides by the time of
/// steps is the same each time.
final class ScriptedLoop implements AutoCloseable {

    static final int MAX_TOKENS = 256;
    static final int CHUNK = 8;

    final ScriptedDecoder decoder;
    final AtomicLong skipped = new AtomicLong();
    final SimpleMeterRegistry metrics;
    private final SamplerWorkspace workspace =
            new SamplerWorkspace(ScriptedDecoder.VOCABULARY, ScriptedDecoder.VOCABULARY);
    private final BatchLoop loop;

    /// @param spare of the decoder's slots
    ScriptedLoop(ScriptedDecoder decoder, int spare, int draftTokens) {
        this(decoder, spare, draftTokens, new SimpleMeterRegistry());
    }

    private ScriptedLoop(ScriptedDecoder decoder, int spare, int draftTokens, SimpleMeterRegistry metrics) {
        this(decoder, spare, draftTokens, metrics, new BatchMetrics(metrics, "scripted", MAX_TOKENS));
    }

    /// One of several loops whose figures are counted together.
    ScriptedLoop(
            ScriptedDecoder decoder, int spare, int draftTokens, SimpleMeterRegistry metrics, BatchMetrics figures) {
        this.decoder = decoder;
        this.metrics = metrics;
        this.loop = new BatchLoop(
                        decoder,
                        new BatchLimits(64, CHUNK, Duration.ofMillis(200), Duration.ofSeconds(5), spare, draftTokens),
                        figures,
                        this::now)
                .start();
    }

    private long now() {
        return decoder.clock.get() + skipped.get();
    }

    LoopStatus status() {
        return loop.status();
    }

    static int[] prompt(int seed, int length) {
        return new Random(seed).ints(length, 0, ScriptedDecoder.VOCABULARY).toArray();
    }

    double counted(String name) {
        return metrics.get(name).counter().count();
    }

    Asked ask(int[] prompt, int maxTokens, Priority priority) {
        return ask(prompt, maxTokens, priority, Set.of(), SamplingParameters.greedy());
    }

    Asked ask(int[] prompt, int maxTokens, Priority priority, Set<Integer> stops, SamplingParameters parameters) {
        return ask(prompt, maxTokens, priority, stops, new Wish(parameters, null, TokenRules.NONE));
    }

    /// How tokens are to be drawn.
    record Wish(SamplingParameters parameters, @Nullable TokenConstraint constraint, TokenRules rules) {}

    Asked ask(int[] prompt, int maxTokens, Priority priority, Set<Integer> stops, Wish wish) {
        Events events = new Events(1, maxTokens);
        Sampler sampler = new Sampler(wish.parameters, prompt, workspace, wish.constraint, wish.rules);
        long deadline = now() + Duration.ofHours(1).toNanos();
        Generation generation = new Generation(0, prompt, maxTokens, stops, sampler, priority, deadline, events);
        assertThat(loop.submit(List.of(generation))).isEqualTo(new Submission.Accepted());
        return new Asked(events, generation, new ArrayList<>());
    }

    @Override
    public void close() {
        decoder.gate.release(1 << 20);
        loop.close();
    }

    /// A generation and what came of it.
    record Asked(Events events, Generation generation, List<Integer> tokens) {

        /// Waits for the first token.
        Asked started() throws InterruptedException {
            tokens.add(((GenerationEvent.Token) events.take()).sampled().token());
            return this;
        }

        Ending ending() throws InterruptedException {
            while (true) {
                switch (events.take()) {
                    case GenerationEvent.Token token ->
                        tokens.add(token.sampled().token());
                    case GenerationEvent.Ended ended -> {
                        return ended.ending();
                    }
                }
            }
        }
    }
}
