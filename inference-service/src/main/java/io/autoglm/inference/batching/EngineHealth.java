package io.autoglm.inference.batching;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Whether the engine can answer. A step that fails is the misfortune of those in it; only {@link #FAILURES}
/// in a row, with no token drawn in between, are the engine's. From then on {@link #testDue} asks for tests
/// without a request, so that an instance that gets no traffic for its failure can recover from it.
///
/// Written by the loop's thread, read by any.
final class EngineHealth {

    /// Failed steps in a row, as many as a proxy's `max_fails` usually is.
    static final int FAILURES = 3;

    private static final long TEST_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

    private int inARow;
    private long testedNanos;
    private volatile @Nullable String failure;

    /// A token was drawn.
    void succeeded() {
        inARow = 0;
        failure = null;
    }

    /// @param why names no internals but a class
    void failed(String why, long nowNanos) {
        inARow++;
        if (inARow == FAILURES) {
            testedNanos = nowNanos - TEST_EVERY_NANOS;
        }
        if (inARow >= FAILURES) {
            failure = inARow + " steps in a row failed, the last with " + why;
        }
    }

    /// Nothing is told any more: the thread is ending.
    void died(String why) {
        failure = "the batch loop has ended: " + why;
    }

    /// Whether the engine should be tried again, at most once a second; says so once for each test.
    boolean testDue(long nowNanos) {
        if (inARow < FAILURES || nowNanos - testedNanos < TEST_EVERY_NANOS) {
            return false;
        }
        testedNanos = nowNanos;
        return true;
    }

    /// Null while the engine answers.
    @Nullable
    String failure() {
        return failure;
    }
}
