package io.autoglm.service;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Why the service could not start, for whoever started it.
///
/// @param line     in one line; a setting at fault is named
/// @param exitCode 78 (`EX_CONFIG` of sysexits.h) where starting again without a change would fail again,
///                 which is what a supervisor reads there; 1 where it may help
public record LastWords(String line, int exitCode) {
    private static final int CONFIGURATION_FAULT = 78;
    private static final int OTHER_FAULT = 1;

    /// What is to become of `Quarkus.run`: says why on stderr when the service could not start, and ends the process.
    ///
    /// @param code    where nothing failed
    /// @param failure null where nothing failed
    public static void exit(String service, Integer code, @Nullable Throwable failure) {
        if (failure == null) {
            System.exit(code);
        } else {
            LastWords words = of(failure);
            System.err.println("autoglm: cannot start " + service + ": " + words.line());
            System.exit(words.exitCode());
        }
    }

    static LastWords of(Throwable failure) {
        return first(failure, CannotStart.class)
                .map(ours -> configuration(firstLine(ours)))
                .or(() -> first(failure, ConfigValidationException.class).map(LastWords::problems))
                .or(() -> first(failure, ConfigurationException.class).map(theirs -> configuration(firstLine(theirs))))
                .or(() -> first(failure, BindException.class).map(LastWords::taken))
                .orElseGet(() -> new LastWords(firstLine(innermost(failure)), OTHER_FAULT));
    }

    private static LastWords configuration(String line) {
        return new LastWords(line, CONFIGURATION_FAULT);
    }

    private static LastWords taken(BindException taken) {
        return new LastWords(firstLine(taken) + ": free the port or set AUTOGLM_PORT", OTHER_FAULT);
    }

    private static LastWords problems(ConfigValidationException invalid) {
        return configuration(IntStream.range(0, invalid.getProblemCount())
                .mapToObj(i -> plain(invalid.getProblem(i).getMessage()))
                .collect(Collectors.joining("; ")));
    }

    /// Without the exception's class and the message's number in front.
    private static String plain(String problem) {
        return problem.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" "))
                .replaceAll("(?:[a-zA-Z_$][\\w$]*\\.)+[A-Z]\\w*(?:Exception|Error): ", "")
                .replaceAll("SRCFG\\d+: ", "");
    }

    private static String firstLine(Throwable known) {
        String message = known.getMessage();
        return message == null
                ? known.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }

    private static Throwable innermost(Throwable failure) {
        return causes(failure).reduce((outer, inner) -> inner).orElse(failure);
    }

    private static <T extends Throwable> Optional<T> first(Throwable failure, Class<T> kind) {
        return causes(failure).filter(kind::isInstance).map(kind::cast).findFirst();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
