package io.autoglm.inference.sampling;

/// A form that an answer must keep, for one sequence: asked before each token, told after it.
public interface TokenConstraint {

    /// Sets the bit of every token that may come next and clears all others; at least one is set.
    ///
    /// @param mask      bit `i % 64` of word `i / 64` stands for token `i`
    /// @param remaining tokens that the answer may still have, the next one included: the form is closed within
    ///                  them
    void allow(long[] mask, int remaining);

    /// The token that was chosen, one of those allowed.
    void accept(int token);
}
