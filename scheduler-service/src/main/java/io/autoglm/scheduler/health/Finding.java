package io.autoglm.scheduler.health;

/// What a probe found.
sealed interface Finding {

    /// All levels hold.
    record Healthy() implements Finding {}

    /// It answers that it has too much to do: no proof for nor against it.
    record Busy() implements Finding {}

    /// @param certain nothing listens: no second probe is needed to be sure
    record Sick(Level level, String reason, boolean certain) implements Finding {}

    /// How far a probe got.
    enum Level {
        PORT,
        MODEL,
        GENERATION
    }
}
