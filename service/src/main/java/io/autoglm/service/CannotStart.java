package io.autoglm.service;

/// A reason not to start that a person must remove; the service's `main` says it in one line and ends with an
/// exit code that means that trying again will not help.
public final class CannotStart extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CannotStart(String what, String whatToDo) {
        super(what + ": " + whatToDo, null, false, false);
    }
}
