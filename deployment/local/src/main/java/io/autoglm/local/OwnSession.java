package io.autoglm.local;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// `setsid(2)`: puts this process, and all it starts from now on, into a session without a terminal. A Ctrl-C in the
/// terminal goes to every process of the foreground group at once; the parts must not be among them, or they would stop
/// all together instead of in order.
final class OwnSession {
    private OwnSession() {}

    /// @throws IllegalStateException when this process leads a group already, which one started by another Java process
    ///                               never does
    static void begin() {
        Linker linker = Linker.nativeLinker();
        MethodHandle setsid = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setsid"), FunctionDescriptor.of(ValueLayout.JAVA_INT));
        int session;
        try {
            session = (int) setsid.invokeExact();
        } catch (Throwable fault) {
            throw new IllegalStateException("setsid cannot be called", fault);
        }
        if (session < 0) throw new IllegalStateException("this process leads a group already");
    }
}
