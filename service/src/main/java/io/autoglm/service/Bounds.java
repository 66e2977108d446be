package io.autoglm.service;

import java.time.Duration;

/// What settings must hold before anything is built on them. One that does not stops the start with its name.
public final class Bounds {
    private Bounds() {}

    public static void atLeast(String setting, long value, long least) {
        if (value < least) {
            throw new CannotStart(setting + " is " + value, "set it to " + least + " or more");
        }
    }

    /// At least a millisecond, which is what timers count.
    public static void positive(String setting, Duration value) {
        if (value.toMillis() < 1) {
            throw new CannotStart(setting + " is " + value.toMillis() + " ms", "set it to 1 ms or more");
        }
    }

    public static void notNegative(String setting, Duration value) {
        if (value.isNegative()) {
            throw new CannotStart(setting + " is " + value.toMillis() + " ms", "set it to 0 or more");
        }
    }

    /// @param lesser  the name of the setting that must not be above the other one
    /// @param greater the name of that other one
    public static void ordered(String lesser, Duration low, String greater, Duration high) {
        if (low.compareTo(high) > 0) {
            throw new CannotStart(
                    lesser + " is " + low.toMillis() + " ms",
                    "set it to no more than " + greater + ", which is " + high.toMillis() + " ms");
        }
    }
}
