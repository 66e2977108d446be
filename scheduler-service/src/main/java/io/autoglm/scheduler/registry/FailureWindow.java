package io.autoglm.scheduler.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/// Counts failures in a sliding window; full when `limit` of them lie within `window`. Holds at most `limit`
/// of them. Not thread-safe: its instance's registry guards it.
final class FailureWindow {
    private final int limit;
    private final Duration window;
    private final Deque<Failure> failures = new ArrayDeque<>();

    private record Failure(Instant at, String model) {}

    FailureWindow(int limit, Duration window) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: must be 1 or more, was " + limit);
        }
        this.limit = limit;
        this.window = window;
    }

    /// @param model that was asked for
    /// @return whether the window is full now
    boolean add(String model, Instant now) {
        failures.addLast(new Failure(now, model));
        if (failures.size() > limit) {
            failures.removeFirst();
        }
        return failures.size() == limit
                && !failures.getFirst().at().plus(window).isBefore(now);
    }

    /// Whether nothing else has failed.
    boolean isOfOneModel() {
        return failures.stream().map(Failure::model).distinct().count() == 1;
    }

    void clear() {
        failures.clear();
    }
}
