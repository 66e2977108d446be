package io.autoglm.inference.model;

import org.jspecify.annotations.Nullable;

/// The decoder-only transformers that this engine knows, as one description: RMSNorm, grouped-query attention with
/// rotary positions, a SwiGLU feed-forward. What differs between families is in its fields; where their tensors lie,
/// in [Family].
///
/// @param maxPositions   tokens the model was made for, prompt and answer together
/// @param sandwichNorms  the outputs of attention and feed-forward are normalized too, before they are added
///                       (GLM-4-0414)
/// @param tiedEmbeddings the embedding table serves as the output head
/// @param mlpBias        the feed-forward projections have biases
/// @param experts        null where every feed-forward is one
public record DecoderConfig(
        Family family,
        int vocabularySize,
        int hiddenSize,
        int layers,
        Attention attention,
        Rotary rotary,
        int intermediateSize,
        float rmsEpsilon,
        int maxPositions,
        boolean sandwichNorms,
        boolean tiedEmbeddings,
        boolean mlpBias,
        @Nullable Experts experts) {

    /// Whether the feed-forward of a layer is a mixture of [#experts].
    public boolean isMixture(int layer) {
        return experts != null && layer >= experts.firstLayer();
    }

    public DecoderSizes sizes() {
        return new DecoderSizes(
                vocabularySize, hiddenSize, layers, attention.kvHeads(), attention.headDim(), maxPositions);
    }
}
