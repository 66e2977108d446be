package io.autoglm.gateway.http;

import io.quarkus.runtime.PreventFurtherStepsException;

/// A reason not to start that a person must remove: one line on stderr and exit code 78 (EX_CONFIG of sysexits.h),
/// which
/// tells whoever supervises the process that starting it again will not help.
public final class CannotStart {
    static final int EXIT_CODE = 78;

    private CannotStart() {}

    /// To be thrown while the service starts.
    public static PreventFurtherStepsException because(String what, String whatToDo) {
        return new PreventFurtherStepsException(
                "autoglm: cannot start gateway-service: " + what + ": " + whatToDo, EXIT_CODE);
    }
}
