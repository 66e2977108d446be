package io.autoglm.inference.cpu;

import io.autoglm.inference.engine.WeightCacheConfig;
import io.autoglm.inference.graph.DecoderGraph;
import io.autoglm.inference.graph.DecoderGraphBuilder;
import io.autoglm.inference.graph.GraphShape;
import io.autoglm.inference.graph.LoadProgress;
import io.autoglm.inference.graph.MatrixWriter;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.graph.WeightCache;
import io.autoglm.inference.model.ModelDirectory;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// A graph and what its weights lie in, but for those that are mapped.
///
/// @param memory to be closed when the graph's weights are not used any more
record ConvertedWeights(DecoderGraph graph, NativeMemory memory) {

    /// @throws io.autoglm.inference.model.ModelLoadException if the checkpoint is not what its configuration
    ///         says
    static ConvertedWeights of(ModelDirectory directory, GraphShape shape, WeightCacheConfig kept) {
        if (!shape.matrices().quantized() || kept.folder().isEmpty()) {
            return build(directory, shape, null);
        }
        try (WeightCache cache = WeightCache.open(
                kept.folder().get(), directory.digest(), shape.matrices(), kept.mostBytes(), Clock.systemUTC())) {
            ConvertedWeights first = build(directory, shape, cache);
            if (cache == null || !cache.incomplete() || !cache.save()) {
                return first;
            }
            // From the file, whose pages other processes share and the system can have back.
            first.memory.close();
            return build(directory, shape, cache);
        }
    }

    private static ConvertedWeights build(ModelDirectory directory, GraphShape shape, @Nullable WeightCache cache) {
        NativeMemory memory = new NativeMemory();
        try {
            LoadProgress progress = new LoadProgress(directory.weights().parameters(), System::nanoTime);
            MatrixWriter writer = new MatrixWriter(memory, cache, progress);
            return new ConvertedWeights(
                    DecoderGraphBuilder.build(directory.config(), directory.weights(), shape, writer), memory);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }
}
