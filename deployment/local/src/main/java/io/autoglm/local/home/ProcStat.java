package io.autoglm.local.home;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What Linux says of a process in `/proc/PID/stat`; see proc_pid_stat(5).
///
/// @param state      a letter: `R`, `S`, `Z` …
/// @param startTicks when it started, counted from the start of the machine, so that setting the clock leaves it
record ProcStat(char state, long startTicks) {

    /// Counted from the state, which is field 3; the start is field 22.
    private static final int START_TICKS = 19;

    /// Empty where there is no such process, and where there is no `/proc`.
    static Optional<ProcStat> of(long pid) {
        try {
            Path file = Path.of("/proc", Long.toString(pid), "stat");
            return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException noSuchProcess) {
            return Optional.empty();
        }
    }

    /// The name, in brackets before the state, may hold blanks and brackets itself.
    static Optional<ProcStat> parse(String line) {
        String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
        if (fields.length <= START_TICKS || fields[0].length() != 1) return Optional.empty();
        return Optional.of(new ProcStat(fields[0].charAt(0), Long.parseLong(fields[START_TICKS])));
    }

    /// A zombie runs no more; it only waits for its parent to take note, and some never do.
    boolean hasEnded() {
        return state == 'Z' || state == 'X';
    }
}
