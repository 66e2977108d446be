package io.autoglm.inference.repository;

/// What became of a load.
public sealed interface Loaded {

    record Serves() implements Loaded {}

    /// @param why one line
    record Failed(String why) implements Loaded {}

    /// Its name was unloaded, or the instance told to stop, before it was ready.
    record Unwanted() implements Loaded {}
}
