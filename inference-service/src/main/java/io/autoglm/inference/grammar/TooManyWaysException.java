package io.autoglm.inference.grammar;

/// What is written, or would be next, can be read in more ways than there is time to follow ([Effort]).
final class TooManyWaysException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    TooManyWaysException() {
        super("every way on has too many ways to be read");
    }
}
