package io.autoglm.inference.graph;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A decoder as an ONNX model, and the names of what goes in and out.
///
/// | value | type | shape |
/// |---|---|---|
/// | `input_ids` | int32 | `[batch, sequence]` |
/// | `seqlens_k` | int32 | `[batch]`: index of the last valid row once this step is done |
/// | `total_sequence_length` | int32 | `[1]`: the largest of them, plus one |
/// | `logits_index` | int32 | `[wanted]`: the positions in the step whose logits are wanted |
/// | `key.N`, `value.N` | float32 | `[batch, kv heads, maxTokens, head size]` |
/// | `logits` (out) | float32 | `[batch, wanted, vocabulary]` |
/// | `hidden` (out) | float32 | `[batch, sequence, hidden size]`, after the final norm; bound where it is wanted |
/// | `key.N.out`, `value.N.out` | float32 | to be bound to the memory of `key.N`, `value.N`: then nothing is copied |
///
/// With a batch above one, `sequence` must be 1, or ONNX Runtime refuses.
public final class DecoderGraph {

    public static final String INPUT_IDS = "input_ids";
    public static final String LAST_ROWS = "seqlens_k";
    public static final String LONGEST = "total_sequence_length";
    public static final String LOGITS_INDEX = "logits_index";
    public static final String LOGITS = "logits";
    public static final String HIDDEN = "hidden";

    private final byte[] model;
    private final List<Constant> constants;
    private final @Nullable Path dataFolder;

    /// @param model      an ONNX `ModelProto`
    /// @param dataFolder where the files lie that the model itself names for some of its weights; null for
    ///                   none
    public DecoderGraph(byte[] model, List<Constant> constants, @Nullable Path dataFolder) {
        this.model = model.clone();
        this.constants = List.copyOf(constants);
        this.dataFolder = dataFolder;
    }

    /// An ONNX `ModelProto`.
    public byte[] model() {
        return model.clone();
    }

    /// The weights that are handed over beside it; the memory must outlive the session.
    public List<Constant> constants() {
        return constants;
    }

    /// Of the weights that ONNX Runtime is to map by itself.
    public @Nullable Path dataFolder() {
        return dataFolder;
    }

    public static String key(int layer) {
        return "key." + layer;
    }

    public static String value(int layer) {
        return "value." + layer;
    }

    public static String keyOut(int layer) {
        return key(layer) + ".out";
    }

    public static String valueOut(int layer) {
        return value(layer) + ".out";
    }
}
