package io.autoglm.inference;

/// A reason not to start that a person must remove; {@link Main} says it in one line.
final class CannotStart extends RuntimeException {

    private static final long serialVersionUID = 1;

    CannotStart(String what, String whatToDo) {
        super(what + ": " + whatToDo, null, false, false);
    }
}
