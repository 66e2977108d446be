package io.autoglm.local.supervision;

import java.time.Duration;

/// How long a part that crashed rests: not at all the first time, then 1 s, doubled with every crash in a row up to
/// 30 s. A run that lasted a minute ends the row.
final class RestartPause {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration STABLE = Duration.ofMinutes(1);

    private int crashesInARow;

    /// @param lasted how long the run that has just ended was
    Duration after(Duration lasted) {
        if (lasted.compareTo(STABLE) >= 0) crashesInARow = 0;
        crashesInARow++;
        if (crashesInARow == 1) return Duration.ZERO;
        Duration doubled = FIRST.multipliedBy(1L << Math.min(crashesInARow - 2, 10));
        return doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    }
}
