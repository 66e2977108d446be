package io.autoglm.inference.cpu;

import ai.onnxruntime.OnnxTensor;
import io.autoglm.inference.graph.DecoderGraph;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tensors of the runs of slots that were used last; those of the least recently used one are closed when
/// there are too many. Used by the loop's thread only.
final class KeptBindings implements AutoCloseable {

    static final int MOST = 64;

    /// Not of one run of slots, but of all.
    private static final Set<String> SHARED_INPUTS =
            Set.of(DecoderGraph.INPUT_IDS, DecoderGraph.LONGEST, DecoderGraph.LOGITS_INDEX);

    /// Slots `[first, first + count)`.
    record SlotRange(int first, int count) {}

    private final Map<SlotRange, StepBindings> kept = new LinkedHashMap<>(2 * MOST, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SlotRange, StepBindings> eldest) {
            if (size() <= MOST) {
                return false;
            }
            KeptBindings.close(eldest.getValue());
            return true;
        }
    };

    @Nullable
    StepBindings get(SlotRange range) {
        return kept.get(range);
    }

    void put(SlotRange range, StepBindings step) {
        kept.put(range, step);
    }

    private static void close(StepBindings step) {
        step.inputs().keySet().removeAll(SHARED_INPUTS);
        step.inputs().values().forEach(OnnxTensor::close);
        step.logits().close();
    }

    @Override
    public void close() {
        kept.values().forEach(KeptBindings::close);
        kept.clear();
    }
}
