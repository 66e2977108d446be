package io.autoglm.inference.graph;

/// What a graph is to be besides its weights.
///
/// @param matrices  how they are held
/// @param halfCache whether keys and values are half floats, and attention with them
/// @param maxTokens rows of a slot of the KV cache
public record GraphShape(MatrixFormat matrices, boolean halfCache, int maxTokens) {

    public TensorType cache() {
        return halfCache ? TensorType.FLOAT16 : TensorType.FLOAT;
    }
}
