package io.autoglm.inference.template;

/// A template cannot be parsed, or not be run on what it was given.
class TemplateFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int line;

    /// @param line of the template, 0 where it is not known
    TemplateFailure(String message, int line) {
        super(message, null, false, false);
        this.line = line;
    }

    TemplateFailure(String message) {
        this(message, 0);
    }

    /// This failure, told where it happened unless it knows better.
    TemplateFailure at(int where) {
        return line > 0 ? this : new TemplateFailure(getMessage(), where);
    }

    String describe() {
        return line > 0 ? "line " + line + ": " + getMessage() : getMessage();
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
