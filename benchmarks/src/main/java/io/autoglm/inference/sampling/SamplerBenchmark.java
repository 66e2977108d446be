package io.autoglm.inference.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.model.GenerationDefaults;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A token from the logits of Qwen's vocabulary: most of them normal-distributed, and twenty that stand out,
/// of which one or a few hold most of the mass, as a trained model gives them. Answers of 256 tokens behind a
/// prompt of 1,000 different ones.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class SamplerBenchmark {

    private static final int VOCABULARY = 151_936;
    private static final int ROWS = 8;
    private static final int PEAKS = 20;
    private static final int ANSWER_TOKENS = 256;
    private static final GenerationDefaults NONE =
            new GenerationDefaults(false, null, null, null, null, null, List.of());

    private final FloatBuffer logits = logits(new Random(7));
    private final int[] prompt =
            new Random(8).ints(0, VOCABULARY).distinct().limit(1000).toArray();
    private final SamplerWorkspace workspace = new SamplerWorkspace(VOCABULARY, VOCABULARY);
    private @Nullable Sampler sampler;
    private int written;

    @Benchmark
    public SampledToken greedy() {
        return next("{'temperature':0}");
    }

    @Benchmark
    public SampledToken temperature() {
        return next("{'temperature':1}");
    }

    @Benchmark
    public SampledToken topK50() {
        return next("{'temperature':1,'top_k':50}");
    }

    @Benchmark
    public SampledToken topP90() {
        return next("{'temperature':1,'top_p':0.9}");
    }

    /// So hot that a tenth of the vocabulary is in the nucleus.
    @Benchmark
    public SampledToken topP90AtTemperature2() {
        return next("{'temperature':2,'top_p':0.9}");
    }

    @Benchmark
    public SampledToken topK50TopP90MinP5() {
        return next("{'temperature':1,'top_k':50,'top_p':0.9,'min_p':0.05}");
    }

    @Benchmark
    public SampledToken greedyWithRepetitionPenalty() {
        return next("{'temperature':0,'repetition_penalty':1.1}");
    }

    @Benchmark
    public SampledToken greedyWithLogprobs20() {
        return next("{'temperature':0,'logprobs':true,'top_logprobs':20}");
    }

    private SampledToken next(String request) {
        Sampler current = sampler;
        if (current == null || written == ANSWER_TOKENS) {
            written = 0;
            sampler = current = new Sampler(parameters(request).withSeed(1), prompt, workspace, null);
        }
        int row = written % ROWS;
        return current.next(logits, row, prompt.length + written++, ANSWER_TOKENS);
    }

    private static SamplingParameters parameters(String request) {
        try {
            return SamplingParameters.read(new ObjectMapper().readTree(request.replace('\'', '"')), NONE);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static FloatBuffer logits(Random random) {
        FloatBuffer rows = ByteBuffer.allocateDirect(ROWS * VOCABULARY * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int i = 0; i < ROWS * VOCABULARY; i++) {
            rows.put(i, (float) (2 * random.nextGaussian()));
        }
        for (int peak = 0; peak < ROWS * PEAKS; peak++) {
            rows.put(peak % ROWS * VOCABULARY + random.nextInt(VOCABULARY), random.nextFloat(10, 20));
        }
        return rows;
    }
}
