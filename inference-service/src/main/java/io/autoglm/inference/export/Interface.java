package io.autoglm.inference.export;

import io.autoglm.inference.graph.DecoderGraph;
import io.autoglm.inference.graph.Dimension;
import io.autoglm.inference.graph.OnnxMessages;
import io.autoglm.inference.graph.Proto;
import io.autoglm.inference.graph.TensorType;
import io.autoglm.inference.model.DecoderSizes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The inputs and outputs of a [DecoderGraph], as they are declared.
///
/// @param cache     float32 or float16
/// @param maxTokens rows of a slot of the cache
record Interface(DecoderSizes sizes, TensorType cache, int maxTokens) {

    private static final int INPUT = 11;
    private static final int OUTPUT = 12;
    private static final Dimension BATCH = Dimension.named("batch");
    private static final Dimension SEQUENCE = Dimension.named("sequence");
    private static final Dimension WANTED = Dimension.named("wanted");
    private static final Dimension ONE = Dimension.of(1);

    Set<String> inputs() {
        Set<String> inputs = new HashSet<>(List.of(
                DecoderGraph.INPUT_IDS, DecoderGraph.LAST_ROWS, DecoderGraph.LONGEST, DecoderGraph.LOGITS_INDEX));
        for (int layer = 0; layer < sizes.layers(); layer++) {
            inputs.add(DecoderGraph.key(layer));
            inputs.add(DecoderGraph.value(layer));
        }
        return inputs;
    }

    void declare(Proto graph) {
        graph.message(INPUT, OnnxMessages.value(DecoderGraph.INPUT_IDS, TensorType.INT32, BATCH, SEQUENCE))
                .message(INPUT, OnnxMessages.value(DecoderGraph.LAST_ROWS, TensorType.INT32, BATCH))
                .message(INPUT, OnnxMessages.value(DecoderGraph.LONGEST, TensorType.INT32, ONE))
                .message(INPUT, OnnxMessages.value(DecoderGraph.LOGITS_INDEX, TensorType.INT32, WANTED));
        Dimension vocabulary = Dimension.of(sizes.vocabularySize());
        Dimension hidden = Dimension.of(sizes.hiddenSize());
        graph.message(OUTPUT, OnnxMessages.value(DecoderGraph.LOGITS, TensorType.FLOAT, BATCH, WANTED, vocabulary))
                .message(OUTPUT, OnnxMessages.value(DecoderGraph.HIDDEN, TensorType.FLOAT, BATCH, SEQUENCE, hidden));
        Dimension[] rows = {BATCH, Dimension.of(sizes.kvHeads()), Dimension.of(maxTokens), Dimension.of(sizes.headDim())
        };
        for (int layer = 0; layer < sizes.layers(); layer++) {
            graph.message(INPUT, OnnxMessages.value(DecoderGraph.key(layer), cache, rows))
                    .message(INPUT, OnnxMessages.value(DecoderGraph.value(layer), cache, rows))
                    .message(OUTPUT, OnnxMessages.value(DecoderGraph.keyOut(layer), cache, rows))
                    .message(OUTPUT, OnnxMessages.value(DecoderGraph.valueOut(layer), cache, rows));
        }
    }
}
