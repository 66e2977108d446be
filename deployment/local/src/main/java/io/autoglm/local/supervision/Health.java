package io.autoglm.local.supervision;

/// What a probe found.
public sealed interface Health {

    /// It serves.
    record Healthy() implements Health {}

    /// It answers, and says that it does not serve now: nothing that a restart would mend.
    record Unready(String reason) implements Health {}

    /// It does not answer at all.
    record Silent(String reason) implements Health {}
}
