package io.autoglm.inference.model;

/// What the memory of a decoder depends on, whatever its layers are made of.
///
/// @param vocabularySize width of a row of logits
/// @param hiddenSize     width of what the output head reads
/// @param kvHeads        key and value heads of a layer
/// @param headDim        numbers of one of them
/// @param maxPositions   tokens the model was made for, prompt and answer together
public record DecoderSizes(int vocabularySize, int hiddenSize, int layers, int kvHeads, int headDim, int maxPositions) {

    /// No model comes near these, and sums of bytes within them overflow nothing.
    private static final int MOST_LAYERS = 1 << 12;

    private static final int MOST_HEAD_NUMBERS = 1 << 20;

    /// @throws ModelLoadException if no model can be so large
    DecoderSizes checked(Json config) {
        if (layers > MOST_LAYERS) {
            throw config.refuse("speaks of " + layers + " layers, more than " + MOST_LAYERS);
        }
        if ((long) kvHeads * headDim > MOST_HEAD_NUMBERS) {
            throw config.refuse("speaks of " + kvHeads + " key heads of " + headDim + " numbers, together more than "
                    + MOST_HEAD_NUMBERS);
        }
        return this;
    }

    /// Keys and values of one token in all layers.
    public long kvNumbersPerToken() {
        return 2L * layers * kvHeads * headDim;
    }
}
