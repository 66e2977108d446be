package io.autoglm.inference.batching;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// The scheduling class of a request. A more urgent class goes first; within one, first come, first served.
///
/// `patience` bounds starvation: a request that has waited so long goes before all that have not (the values are those
/// of Shepherd Model Gateway's scheduler classes).
public enum Priority {
    INTERACTIVE(1, Duration.ofSeconds(5)),
    DEFAULT(2, Duration.ofSeconds(30)),
    BULK(3, Duration.ofMinutes(2));

    private final int rank;
    private final long patienceNanos;

    Priority(int rank, Duration patience) {
        this.rank = rank;
        patienceNanos = patience.toNanos();
    }

    /// At least 1; the least goes first.
    int rank() {
        return rank;
    }

    long patienceNanos() {
        return patienceNanos;
    }

    /// By its name in a header, in any case.
    public static Optional<Priority> named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "interactive" -> Optional.of(INTERACTIVE);
            case "default" -> Optional.of(DEFAULT);
            case "bulk" -> Optional.of(BULK);
            default -> Optional.empty();
        };
    }
}
