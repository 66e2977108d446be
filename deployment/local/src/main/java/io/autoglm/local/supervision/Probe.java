package io.autoglm.local.supervision;

/// Asks a part how it is. Called on a virtual thread, never twice at a time for one part, and bounded in time by
/// itself.
public interface Probe {
    Health check();
}
