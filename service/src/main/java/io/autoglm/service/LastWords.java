package io.autoglm.service;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    /// `EX_CONFIG`: a person must change something first.
    public static final int CONFIGURATION_FAULT = 78;

    private static final int OTHER_FAULT = 1;

    /// SmallRye's own numbers of messages mean nothing to an operator.
    private static final Pattern CODE = Pattern.compile("SRCFG\\d+: ");
    private static final Pattern CLASS = Pattern.compile("(?:[a-zA-Z_$][\\w$]*\\.)+[A-Z]\\w*(?:Exception|Error): ");
    private static final Pattern CONVERSION =
            Pattern.compile("The config property (\\S+) with the config value \"(.*)\" threw an Exception whilst being"
                    + " converted (.*)");
    private static final Pattern CHOICES = Pattern.compile("Cannot convert .* to enum .*allowed values: (.*)");

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
                .or(() -> single(failure).map(value -> configuration(plain(firstLine(value)))))
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

    /// In one line, without the exception's class and the message's number in front; of a value that cannot be read,
    /// the
    /// setting first, as in `autoglm.weights: "fp16" must be one of fp32,int8,int4,auto`.
    private static String plain(String problem) {
        String line = problem.lines()
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
        String plain = CODE.matcher(CLASS.matcher(line).replaceAll("")).replaceAll("");
        Matcher conversion = CONVERSION.matcher(plain);
        if (!conversion.matches()) {
            return plain;
        }
        Matcher choices = CHOICES.matcher(conversion.group(3));
        String why = choices.matches() ? "must be one of " + choices.group(1) : conversion.group(3);
        return conversion.group(1) + ": \"" + conversion.group(2) + "\" " + why;
    }

    /// What is wrong with a value that is read by itself, outside of a mapping: it comes as an exception of any class.
    private static Optional<Throwable> single(Throwable failure) {
        return causes(failure)
                .filter(cause ->
                        CODE.matcher(String.valueOf(cause.getMessage())).lookingAt())
                .findFirst();
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
