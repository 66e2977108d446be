package io.autoglm.inference.model;

/// What the memory of a decoder depends on, whatever its layers are made of.
///
/// @param vocabularySize width of a row of logits
/// @param hiddenSize     width of what the output head reads
/// @param kvHeads        key and value heads of a layer
/// @param headDim        numbers of one of them
/// @param maxPositions   tokens the model was made for, prompt and answer together
public record DecoderSizes(int vocabularySize, int hiddenSize, int layers, int kvHeads, int headDim, int maxPositions) {

    /// Keys and values of one token in all layers.
    public long kvNumbersPerToken() {
        return 2L * layers * kvHeads * headDim;
    }
}
