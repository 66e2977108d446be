package io.autoglm.local;

/// What the commands end with.
final class ExitCode {
    private ExitCode() {}

    static final int OK = 0;
    static final int FAILED = 1;
    /// A command line that cannot be read, as `EX_USAGE` and bash have it.
    static final int USAGE = 2;
    /// The suite is not up; the code that init scripts give for `status` of a stopped service.
    static final int NOT_UP = 3;
}
