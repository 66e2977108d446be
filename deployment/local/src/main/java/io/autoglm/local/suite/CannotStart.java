package io.autoglm.local.suite;

/// A suite that cannot be started, for a reason that its user can mend; the message is the one line they read.
public final class CannotStart extends Exception {
    private static final long serialVersionUID = 1L;

    public CannotStart(String message) {
        super(message);
    }
}
