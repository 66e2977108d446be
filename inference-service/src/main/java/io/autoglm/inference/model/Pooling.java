package io.autoglm.inference.model;

/// How the hidden states of a text's tokens become one vector.
public enum Pooling {
    /// That of the last token, the only one that has seen the whole text.
    LAST,
    /// The mean over all tokens.
    MEAN
}
