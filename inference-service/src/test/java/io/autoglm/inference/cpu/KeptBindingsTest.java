package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.autoglm.inference.cpu.KeptBindings.SlotRange;
import io.autoglm.inference.graph.DecoderGraph;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeptBindingsTest {

    private static OnnxTensor tensor() throws OrtException {
        return OnnxTensor.createTensor(CpuEngine.environment(), new float[] {1});
    }

    private static StepBindings step(OnnxTensor shared) throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>(Map.of("rows", tensor(), DecoderGraph.LONGEST, shared));
        return new StepBindings(inputs, Map.of(), tensor());
    }

    private static boolean closed(StepBindings step) {
        return step.logits().isClosed() && step.inputs().values().stream().allMatch(OnnxTensor::isClosed);
    }

    @Test
    void the_least_recently_used_is_closed_but_for_what_all_of_them_share() throws OrtException {
        try (KeptBindings kept = new KeptBindings();
                OnnxTensor shared = tensor()) {
            StepBindings[] steps = new StepBindings[KeptBindings.MOST + 1];
            for (int i = 0; i < KeptBindings.MOST; i++) {
                steps[i] = step(shared);
                kept.put(new SlotRange(i, 1), steps[i]);
            }
            assertThat(kept.get(new SlotRange(0, 1))).isSameAs(steps[0]);

            steps[KeptBindings.MOST] = step(shared);
            kept.put(new SlotRange(0, 2), steps[KeptBindings.MOST]);

            assertThat(kept.get(new SlotRange(1, 1))).isNull();
            assertThat(closed(steps[1])).isTrue();
            assertThat(kept.get(new SlotRange(0, 1))).isSameAs(steps[0]);
            assertThat(closed(steps[0])).isFalse();
            assertThat(shared.isClosed()).isFalse();
        }
    }
}
