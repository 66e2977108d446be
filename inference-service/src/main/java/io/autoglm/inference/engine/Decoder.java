package io.autoglm.inference.engine;

import java.nio.FloatBuffer;

/// A loaded decoder-only model with a KV cache of `shape().slots()` sequences of `shape().maxTokens()` each.
///
/// The caller owns the bookkeeping: which slot holds which tokens, and how many of its rows are valid. A step writes
/// its KV rows in place and never touches other rows, so a slot's prefix stays reusable after its sequence has ended.
///
/// Not safe for concurrent use: all calls come from the batch loop's one thread, and each call blocks it until the
/// step is done. What is returned is only to be read until the next call, which may overwrite it.
public interface Decoder extends AutoCloseable {

    DecoderShape shape();

    /// Runs `tokens[from, to)` of the sequence in `slot`, the first of them at position `start`; rows `[0, start)` of
    /// the slot must be valid.
    ///
    /// @return the logits after the last of these tokens, `[vocabularySize]`
    FloatBuffer prefill(int slot, int start, int[] tokens, int from, int to);

    /// As {@link #prefill}, for the hidden states instead: what the output head would read of each of these tokens.
    ///
    /// @return `[to - from, hiddenSize]`
    FloatBuffer embed(int slot, int start, int[] tokens, int from, int to);

    /// One token for each of the slots `[first, first + tokens.length)`: `tokens[i]` at position `positions[i]` of
    /// slot `first + i`. A slot in the range that has nothing to do is given any token at the position behind its
    /// last valid row; that row stays invalid.
    ///
    /// @return the logits, `[tokens.length, vocabularySize]`
    FloatBuffer decode(int first, int[] tokens, int[] positions);

    /// Copies rows `[0, tokens)` of one slot over those of another.
    void copy(int fromSlot, int toSlot, int tokens);

    @Override
    void close();
}
