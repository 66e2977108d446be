package io.autoglm.context;

/// A reason not to start that a person must remove; {@link Main} says it in one line.
public final class CannotStart extends RuntimeException {

    /// To be thrown while the service starts.
    public CannotStart(String what, String whatToDo) {
        super(what + ": " + whatToDo, null, false, false);
    }
}
