package io.autoglm.gateway.queue;

import io.autoglm.gateway.policy.PriorityClass;
import java.util.function.Consumer;

/// A request that wants to go to its model. Each is another, whatever it holds.
final class Waiter {
    private final String tenant;
    private final PriorityClass priority;
    private final long tokens;
    private final long arrivedNanos;
    private final Consumer<Turn> told;

    /// @param tokens       that it is thought to cost, for its tenant's share
    /// @param arrivedNanos by the clock of the room
    /// @param told         once, whether it may go; on whichever thread decides
    Waiter(String tenant, PriorityClass priority, long tokens, long arrivedNanos, Consumer<Turn> told) {
        this.tenant = tenant;
        this.priority = priority;
        this.tokens = tokens;
        this.arrivedNanos = arrivedNanos;
        this.told = told;
    }

    String tenant() {
        return tenant;
    }

    PriorityClass priority() {
        return priority;
    }

    long tokens() {
        return tokens;
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    Consumer<Turn> told() {
        return told;
    }
}
