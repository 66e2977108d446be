package io.autoglm.nano.corpus.phrase;

/// Which half of the phrase books and word lists a draw may use. The two halves share no phrase and no name.
public enum Wording {
    TRAINING,
    HELD_OUT
}
