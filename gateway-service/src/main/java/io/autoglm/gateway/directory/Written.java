package io.autoglm.gateway.directory;

/// What became of a change.
public sealed interface Written<T> {
    record Done<T>(Versioned<T> now) implements Written<T> {}

    /// There is nothing to change.
    record Missing<T>() implements Written<T> {}

    /// Somebody else changed it first, or made what was to be made.
    ///
    /// @param version that it has now
    record Conflict<T>(long version) implements Written<T> {}

    /// No room for one more.
    record Full<T>(int max) implements Written<T> {}
}
