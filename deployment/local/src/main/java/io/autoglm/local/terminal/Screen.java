package io.autoglm.local.terminal;

import java.util.Map;

/// Where the standard output goes.
///
/// @param isTerminal whether a person watches, and a line can be written over
/// @param columns    its width in characters
public record Screen(boolean isTerminal, int columns) {

    private static final int USUAL_COLUMNS = 80;

    /// Told by the script, which knows its own standard output; `System.console()` also looks at the input.
    public static Screen of(Map<String, String> environment) {
        String columns = environment.getOrDefault("COLUMNS", "");
        return new Screen(
                "1".equals(environment.get("AUTOGLM_TERMINAL")),
                columns.matches("[1-9]\\d{0,4}") ? Integer.parseInt(columns) : USUAL_COLUMNS);
    }

    /// As much of it as fits into one line. The last column stays free: a terminal may go to the next line after it,
    /// and
    /// what comes then would no longer be written over.
    String cut(String line) {
        return line.length() < columns ? line : line.substring(0, columns - 1);
    }
}
