package io.autoglm.gateway.quota;

/// Tokens of a prompt and of its answer.
public record Tokens(long input, long output) {
    public static final Tokens NONE = new Tokens(0, 0);

    public Tokens {
        if (input < 0 || output < 0) {
            throw new IllegalArgumentException("tokens: must not be negative, were " + input + " and " + output);
        }
    }

    public long total() {
        return input + output;
    }
}
