package io.autoglm.inference.engine;

import io.autoglm.inference.model.ModelLoadException;

/// What an operator may say about how a model is run.
///
/// @param engine      `auto`, `cpu` or `TensorRT`
/// @param weightBlock numbers that share a scale in [WeightFormat#INT4] and [WeightFormat#INT8]: 32 or 128
/// @param weightCache where rounded weights are kept
/// @param threads     threads of a step; 0 for one a physical core, or a single one for a model below 16
///                    million parameters
/// @param slots       sequences that run at once, 1 to 256
/// @param spareSlots  sequences beside them whose part of the KV cache is kept, 0 to 128
/// @param maxTokens   tokens of one sequence, prompt and answer together; 0 for what the model was made for,
///                    or fewer where the KV cache would take more than half of the free memory
/// @param spinning    threads stay awake between the operators of a step, which is a little faster on cores
///                    that nobody else wants
public record EngineConfig(
        String engine,
        WeightFormat weights,
        int weightBlock,
        WeightCacheConfig weightCache,
        KvFormat kvFormat,
        int threads,
        int slots,
        int spareSlots,
        int maxTokens,
        boolean spinning) {

    public static final int MOST_SLOTS = 256;

    public static final EngineConfig DEFAULTS = new EngineConfig("auto", WeightFormat.AUTO, 0, 8, 0);

    /// Measured: `docs/decisions/0015-no-half-floats-on-a-cpu.md`.
    private static final String NO_HALF_FLOATS =
            "fp16 is not served on a CPU: ONNX Runtime multiplies no half floats there, and would widen them at the"
                    + " start, to the memory of fp32, or in each step, which takes several times as long; choose int8,"
                    + " which takes about the memory of fp16, is the faster, and answers practically the same";

    private static final int SMALL_BLOCK = 32;
    private static final int LARGE_BLOCK = 128;
    private static final int MOST_THREADS = 1024;
    private static final int MOST_SPARE_SLOTS = 128;

    public EngineConfig {
        check("autoglm.cpu.threads", threads, 0, MOST_THREADS);
        check("autoglm.batching.slots", slots, 1, MOST_SLOTS);
        check("autoglm.batching.spare-slots", spareSlots, 0, MOST_SPARE_SLOTS);
        check("autoglm.batching.max-tokens", maxTokens, 0, Integer.MAX_VALUE);
        if (weights == WeightFormat.FP16) {
            throw new ModelLoadException("autoglm.weights", NO_HALF_FLOATS);
        }
        if (weightBlock != SMALL_BLOCK && weightBlock != LARGE_BLOCK) {
            throw new ModelLoadException(
                    "autoglm.weight-block", weightBlock + " is neither " + SMALL_BLOCK + " nor " + LARGE_BLOCK);
        }
    }

    /// Without spare slots, and with threads that spin.
    public EngineConfig(
            String engine,
            WeightFormat weights,
            int weightBlock,
            WeightCacheConfig weightCache,
            KvFormat kvFormat,
            int threads,
            int slots,
            int maxTokens) {
        this(engine, weights, weightBlock, weightCache, kvFormat, threads, slots, 0, maxTokens, true);
    }

    /// Blocks of 32, a cache of float32, and no weights kept.
    public EngineConfig(String engine, WeightFormat weights, int threads, int slots, int maxTokens) {
        this(engine, weights, SMALL_BLOCK, WeightCacheConfig.NONE, KvFormat.FP32, threads, slots, maxTokens);
    }

    /// Sequences that the KV cache holds.
    public int allSlots() {
        return slots + spareSlots;
    }

    /// The same with the tokens of a sequence settled.
    public EngineConfig withMaxTokens(int tokens) {
        return new EngineConfig(
                engine, weights, weightBlock, weightCache, kvFormat, threads, slots, spareSlots, tokens, spinning);
    }

    private static void check(String setting, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ModelLoadException(setting, value + " is not within " + least + ".." + most);
        }
    }
}
