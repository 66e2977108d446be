package io.autoglm.scheduler.lifecycle;

import java.util.Optional;
import java.util.OptionalInt;

/// How a process ended.
///
/// @param code     empty for an adopted process: the system tells exit codes to parents only
/// @param lastLine of its log
record Ending(OptionalInt code, Optional<String> lastLine) {
    /// `EX_CONFIG` of sysexits.h: starting again without a change would fail again.
    static final int CONFIGURATION_FAULT = 78;

    private static final int SIGNALLED = 128;

    boolean isFinal() {
        return code.isPresent()
                ? code.getAsInt() == CONFIGURATION_FAULT
                : lastLine.filter(line -> line.startsWith("autoglm: cannot ")).isPresent();
    }

    String reason() {
        if (isFinal()) {
            return lastLine.orElse("its configuration is at fault (exit code " + CONFIGURATION_FAULT + ")");
        }
        if (code.isEmpty()) {
            return "the process has ended";
        }
        return switch (code.getAsInt()) {
            case SIGNALLED + 9 -> "the process was killed (SIGKILL)";
            case SIGNALLED + 15 -> "the process was stopped (SIGTERM)";
            case SIGNALLED + 6 -> "the process aborted (SIGABRT)";
            case SIGNALLED + 11 -> "the process crashed (SIGSEGV)";
            default ->
                "the process ended with exit code " + code.getAsInt()
                        + lastLine.map(line -> ": " + line).orElse("");
        };
    }
}
