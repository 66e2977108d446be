package io.autoglm.inference.model;

import java.util.List;

/// @param kvHeads    key and value heads, each shared by `heads / kvHeads` query heads
/// @param inputBias  query, key and value projections have a bias
/// @param outputBias the output projection has one
/// @param headNorm   queries and keys are normalized per head before they turn (Qwen3)
/// @param windows    of each layer the tokens that a token sees, itself included; 0 for all
public record Attention(
        int heads,
        int kvHeads,
        int headDim,
        boolean inputBias,
        boolean outputBias,
        boolean headNorm,
        List<Integer> windows) {

    public Attention {
        windows = List.copyOf(windows);
    }
}
