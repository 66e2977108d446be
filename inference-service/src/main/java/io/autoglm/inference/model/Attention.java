package io.autoglm.inference.model;

/// @param kvHeads       key and value heads, each shared by `heads / kvHeads` query heads
/// @param inputBias     query, key and value projections have a bias
/// @param outputBias    the output projection has one
/// @param headNorm      queries and keys are normalized per head before they turn (Qwen3)
/// @param slidingWindow tokens that a token sees, itself included; 0 for all
public record Attention(
        int heads,
        int kvHeads,
        int headDim,
        boolean inputBias,
        boolean outputBias,
        boolean headNorm,
        int slidingWindow) {}
