package io.autoglm.scheduler;

/// Why the service cannot start, in words for whoever configures it.
public final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param what what is wrong
    /// @param todo what to do about it
    public StartFailure(String what, String todo) {
        super(what + ": " + todo);
    }
}
