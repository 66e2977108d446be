package io.autoglm.scheduler.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/// Counts failures in a sliding window; full when `limit` of them lie within `window`. Holds at most `limit`
/// instants. Not thread-safe: its instance's registry guards it.
final class FailureWindow {
    private final int limit;
    private final Duration window;
    private final Deque<Instant> failures = new ArrayDeque<>();

    FailureWindow(int limit, Duration window) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: must be 1 or more, was " + limit);
        }
        this.limit = limit;
        this.window = window;
    }

    /// @return whether the window is full now
    boolean add(Instant now) {
        failures.addLast(now);
        if (failures.size() > limit) {
            failures.removeFirst();
        }
        return failures.size() == limit && !failures.getFirst().plus(window).isBefore(now);
    }

    void clear() {
        failures.clear();
    }
}
