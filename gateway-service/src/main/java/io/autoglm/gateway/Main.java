package io.autoglm.gateway;

import io.autoglm.gateway.http.CannotStart;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.net.BindException;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Starts the service; when that fails, says so in one line on stderr.
@QuarkusMain
public final class Main {
    /// `EX_CONFIG` of sysexits.h: starting again without a change would fail again, which is what a supervisor reads
    /// there.
    private static final int CONFIGURATION_FAULT = 78;

    private Main() {}

    public static void main(String... arguments) {
        Quarkus.run(null, Main::ended, arguments);
    }

    private static void ended(Integer code, @Nullable Throwable failure) {
        if (failure == null) {
            System.exit(code);
        } else {
            System.err.println("autoglm: cannot start gateway-service: " + reason(failure));
            System.exit(CONFIGURATION_FAULT);
        }
    }

    private static String reason(Throwable failure) {
        Throwable known = first(failure, CannotStart.class)
                .or(() -> first(failure, BindException.class))
                .orElse(failure);
        String message = known.getMessage() == null ? known.getClass().getSimpleName() : known.getMessage();
        String line = message.lines().findFirst().orElse(message);
        return known instanceof BindException ? line + ": free the port or set AUTOGLM_PORT" : line;
    }

    private static Optional<Throwable> first(Throwable failure, Class<? extends Throwable> kind) {
        return Stream.<Throwable>iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(kind::isInstance)
                .findFirst();
    }
}
