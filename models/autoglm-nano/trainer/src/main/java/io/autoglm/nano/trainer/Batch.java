package io.autoglm.nano.trainer;

/// Sequences of about the same length, padded on the right: `ids` is rows × length. `positions` are the flat
/// indices whose next token is to be predicted, `labels` those next tokens, `weights` their shares in the loss.
@SuppressWarnings("ArrayRecordComponent") // big, and never compared
record Batch(int[] ids, int rows, int length, long[] positions, long[] labels, float[] weights) {}
