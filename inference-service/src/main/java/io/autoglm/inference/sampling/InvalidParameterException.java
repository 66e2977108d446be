package io.autoglm.inference.sampling;

/// The caller asked for something outside the range that `param` has: a 400 that names it.
public final class InvalidParameterException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final String param;

    public InvalidParameterException(String param, String message) {
        super(message);
        this.param = param;
    }

    /// The field of the request, `response_format.json_schema` for a nested one.
    public String param() {
        return param;
    }
}
