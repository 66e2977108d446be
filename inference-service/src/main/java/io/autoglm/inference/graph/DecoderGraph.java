package io.autoglm.inference.graph;

import java.util.List;

/// A decoder as an ONNX model, and the names of what goes in and out.
///
/// | value | type | shape |
/// |---|---|---|
/// | `input_ids` | int32 | `[batch, sequence]` |
/// | `seqlens_k` | int32 | `[batch]`: index of the last valid row once this step is done |
/// | `total_sequence_length` | int32 | `[1]`: the largest of them, plus one |
/// | `logits_index` | int32 | `[1]`: the position in the step whose logits are wanted |
/// | `key.N`, `value.N` | float32 | `[batch, kv heads, maxTokens, head size]` |
/// | `logits` (out) | float32 | `[batch, 1, vocabulary]` |
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

    DecoderGraph(byte[] model, List<Constant> constants) {
        this.model = model;
        this.constants = List.copyOf(constants);
    }

    /// An ONNX `ModelProto`.
    public byte[] model() {
        return model.clone();
    }

    /// Its weights; the memory must outlive the session.
    public List<Constant> constants() {
        return constants;
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
