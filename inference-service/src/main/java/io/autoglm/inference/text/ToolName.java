package io.autoglm.inference.text;

/// The name of a tool as it comes in a call's markup.
final class ToolName {

    private static final int LONGEST_CHARS = 256;

    private final StringBuilder text = new StringBuilder();

    /// @return false for a character that is in no name, or one too many
    boolean accept(char next) {
        boolean belongs = Character.isLetterOrDigit(next) || "_-.:/".indexOf(next) >= 0;
        if (!belongs || text.length() == LONGEST_CHARS) {
            return false;
        }
        text.append(next);
        return true;
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
