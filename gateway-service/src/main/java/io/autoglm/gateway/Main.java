package io.autoglm.gateway;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jspecify.annotations.Nullable;

/// Starts the service; when that fails, says why on stderr, one line a reason.
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String... arguments) {
        Quarkus.run(null, Main::ended, arguments);
    }

    private static void ended(Integer code, @Nullable Throwable failure) {
        if (failure == null) {
            System.exit(code);
        } else {
            FailedStart start = FailedStart.of(failure);
            start.reasons().forEach(reason -> System.err.println("autoglm: cannot start gateway-service: " + reason));
            System.exit(start.exitCode());
        }
    }
}
