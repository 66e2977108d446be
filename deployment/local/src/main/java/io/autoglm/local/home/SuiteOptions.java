package io.autoglm.local.home;

import java.nio.file.Path;

/// What a suite is started with.
///
/// @param model       a model directory in Hugging Face layout; whether it is one, the instance says
/// @param instances   inference processes
/// @param host        the address that the gateway listens on; all else of the suite stays on loopback
/// @param development the services run from their sources under `./autoglm dev`, and only what they need beside them
///                    is supervised
public record SuiteOptions(Path model, int instances, int portOffset, String host, boolean development) {

    /// Of the services as they were built.
    public SuiteOptions(Path model, int instances, int portOffset, String host) {
        this(model, instances, portOffset, host, false);
    }

    /// Of the services from their sources: one instance, and all of them on their default ports of loopback.
    public static SuiteOptions development(Path model) {
        return new SuiteOptions(model, 1, 0, "127.0.0.1", true);
    }

    /// A command line that means this suite, to be pasted.
    public String command(String name) {
        return "./autoglm " + name + (portOffset == 0 ? "" : " --port-offset " + portOffset);
    }
}
