package io.autoglm.inference.repository;

/// What became of a load.
public sealed interface Loaded {

    record Serves() implements Loaded {}

    /// @param why one line
    record Failed(String why) implements Loaded {}

    /// There was less memory than when it was asked for.
    ///
    /// @param why one line
    record NoMemory(String why) implements Loaded {}

    /// Its name was unloaded before it was ready.
    record Unwanted() implements Loaded {}

    /// The instance was told to stop before it was ready.
    record Stopping() implements Loaded {}
}
