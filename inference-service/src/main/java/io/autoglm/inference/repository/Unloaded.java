package io.autoglm.inference.repository;

/// What came of taking a model out.
public sealed interface Unloaded {

    /// @param kept the next process will not serve it either
    record Done(boolean kept) implements Unloaded {}

    record Unknown() implements Unloaded {}
}
