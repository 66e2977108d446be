package io.autoglm.inference.engine;

/// The sizes a batch loop must know.
///
/// @param vocabularySize width of a row of logits; may exceed the tokenizer's vocabulary (padding rows)
/// @param hiddenSize     width of a row of hidden states
/// @param slots          sequences the KV cache holds
/// @param maxTokens      tokens of one sequence, prompt and answer together
/// @param kvBytes        memory of the whole KV cache
public record DecoderShape(int vocabularySize, int hiddenSize, int slots, int maxTokens, long kvBytes) {}
