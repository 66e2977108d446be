package io.autoglm.inference.text;

/// The inside of a JSON string.
final class JsonString {

    private JsonString() {}

    /// Writes a character that may be any.
    static void appendEscaped(char next, StringBuilder out) {
        if (next == '"' || next == '\\') {
            out.append('\\').append(next);
        } else {
            append(next, out);
        }
    }

    /// Writes a character that is neither a quote nor a backslash.
    static void append(char next, StringBuilder out) {
        switch (next) {
            case '\n' -> out.append("\\n");
            case '\t' -> out.append("\\t");
            case '\r' -> out.append("\\r");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            default -> {
                if (next < ' ') {
                    out.append(String.format("\\u%04X", (int) next));
                } else {
                    out.append(next);
                }
            }
        }
    }
}
