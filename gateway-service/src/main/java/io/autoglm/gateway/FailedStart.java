package io.autoglm.gateway;

import io.autoglm.service.CannotStart;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Why the service did not start, in words for who started it.
///
/// @param reasons  one line each, at least one
/// @param exitCode what a supervisor goes by
record FailedStart(List<String> reasons, int exitCode) {
    /// `EX_CONFIG` of sysexits.h: starting again without a change would fail again.
    private static final int CONFIGURATION_FAULT = 78;
    /// Anything else may pass: a port may come free.
    private static final int OTHER_FAULT = 1;

    static FailedStart of(Throwable failure) {
        Optional<ConfigValidationException> settings = first(failure, ConfigValidationException.class);
        if (settings.isPresent()) {
            ConfigValidationException problems = settings.get();
            return new FailedStart(
                    IntStream.range(0, problems.getProblemCount())
                            .mapToObj(i -> firstLine(problems.getProblem(i).getMessage()))
                            .toList(),
                    CONFIGURATION_FAULT);
        }
        for (Class<? extends Throwable> kind : List.of(CannotStart.class, ConfigurationException.class)) {
            Optional<? extends Throwable> fault = first(failure, kind);
            if (fault.isPresent()) {
                return new FailedStart(List.of(message(fault.get())), CONFIGURATION_FAULT);
            }
        }
        Optional<BindException> port = first(failure, BindException.class);
        return new FailedStart(
                List.of(port.map(taken -> message(taken) + ": free the port or set AUTOGLM_PORT")
                        .orElseGet(() -> message(failure))),
                OTHER_FAULT);
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : firstLine(message);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }

    private static <T extends Throwable> Optional<T> first(Throwable failure, Class<T> kind) {
        return Stream.<Throwable>iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst();
    }
}
