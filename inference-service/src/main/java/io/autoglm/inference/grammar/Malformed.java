package io.autoglm.inference.grammar;

/// A regular expression or a grammar that cannot be kept; the message goes on where its field is named. Costs
/// no stack trace.
final class Malformed extends RuntimeException {

    private static final long serialVersionUID = 1;

    Malformed(String why) {
        super(why, null, false, false);
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
