package io.autoglm.gateway.directory;

/// What is known of a key that someone showed.
public sealed interface KeyAnswer {
    record Good(KeyRecord key) implements KeyAnswer {}

    /// @param why for its holder
    record Bad(String why) implements KeyAnswer {}

    /// Redis is away, and nothing is remembered of this key.
    record Away() implements KeyAnswer {}
}
