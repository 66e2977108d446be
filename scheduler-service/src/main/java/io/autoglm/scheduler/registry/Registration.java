package io.autoglm.scheduler.registry;

/// What became of a report.
public sealed interface Registration {

    /// @param restarted the process behind the id is a new one
    record Accepted(boolean restarted) implements Registration {}

    /// It comes from a process that a newer one has replaced under the same id.
    record Outdated() implements Registration {}

    /// As many instances are known as may be.
    record Full(int limit) implements Registration {}
}
