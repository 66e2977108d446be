package io.autoglm.scheduler.registry;

import java.time.Duration;
import java.time.Instant;

/// Whether the engine moves: its step counter, and since when there was nothing to be said against it.
///
/// @param steps     of the last report
/// @param movedAt   when the counter last grew: a proof that the engine answers
/// @param blamedFrom from here on it stands still although sequences run; the time of the last report where none do
record Progress(long steps, Instant movedAt, Instant blamedFrom) {

    static Progress none(Instant now) {
        return new Progress(-1, Instant.MIN, now);
    }

    /// @param stepsNow that are told
    /// @param running  sequences
    Progress seen(long stepsNow, int running, Instant now) {
        if (stepsNow != steps) {
            boolean first = steps < 0;
            return new Progress(stepsNow, first ? movedAt : now, now);
        }
        return running > 0 ? this : new Progress(steps, movedAt, now);
    }

    boolean stalled(int running, Duration limit, Instant now) {
        return running > 0 && !blamedFrom.plus(limit).isAfter(now);
    }
}
