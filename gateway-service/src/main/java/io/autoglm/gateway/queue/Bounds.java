package io.autoglm.gateway.queue;

import io.autoglm.gateway.policy.PriorityClass;
import java.time.Duration;

/// Of one class in one room.
///
/// @param size       requests that wait at once
/// @param timeout    the longest that one waits
/// @param starvation after which the class has every second turn
record Bounds(int size, Duration timeout, Duration starvation) {

    static Bounds of(QueueConfig config, PriorityClass priority) {
        return switch (priority) {
            case INTERACTIVE ->
                new Bounds(config.interactiveSize(), config.interactiveTimeout(), config.interactiveStarvation());
            case DEFAULT -> new Bounds(config.defaultSize(), config.defaultTimeout(), config.defaultStarvation());
            case BULK -> new Bounds(config.bulkSize(), config.bulkTimeout(), config.bulkStarvation());
        };
    }
}
