package io.autoglm.scheduler.lifecycle;

import java.time.Duration;

/// What to do about a process that has ended.
sealed interface Restart {

    record Soon(Duration delay) implements Restart {}

    /// It has crashed so often that somebody should look; it is tried again all the same, slowly.
    record Alarm(int crashes, Duration delay) implements Restart {}

    /// It said itself that starting again is useless.
    record Never() implements Restart {}
}
