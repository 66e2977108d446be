package io.autoglm.scheduler;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/// Starts the service; when that fails, says so in one line on stderr.
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String... arguments) {
        Quarkus.run(null, Main::ended, arguments);
    }

    private static void ended(Integer code, Throwable failure) {
        if (failure == null) {
            System.exit(code);
        }
        LastWords words = LastWords.of(failure);
        System.err.println("autoglm: cannot start scheduler-service: " + words.line());
        System.exit(words.exitCode());
    }
}
