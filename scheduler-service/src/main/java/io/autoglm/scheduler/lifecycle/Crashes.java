package io.autoglm.scheduler.lifecycle;

import java.time.Duration;
import java.util.List;

/// Crashes in a row: since the process was last proven to work.
record Crashes(int inARow) {
    static final Crashes NONE = new Crashes(0);

    /// @param proven the process that crashed had worked: this one is the first of a new row
    Crashes oneMore(boolean proven) {
        return new Crashes(proven ? 1 : inARow + 1);
    }

    /// @param delays one for each crash in a row
    /// @param alarmDelay when there are more crashes than delays
    Restart next(List<Duration> delays, Duration alarmDelay) {
        return inARow <= delays.size()
                ? new Restart.Soon(delays.get(Math.max(0, inARow - 1)))
                : new Restart.Alarm(inARow, alarmDelay);
    }
}
