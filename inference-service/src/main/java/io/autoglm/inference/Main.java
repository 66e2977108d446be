package io.autoglm.inference;

import io.autoglm.service.CannotStart;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Starts the service; when that fails, says so on stderr: in one line, or one for each setting that is
/// wrong.
@QuarkusMain
public final class Main {

    /// `EX_CONFIG` of sysexits.h: starting it again without a change will not help.
    static final int EX_CONFIG = 78;

    private static final int FAILED = 1;

    /// SmallRye's own numbers of messages mean nothing to an operator.
    private static final Pattern CODE = Pattern.compile("SRCFG\\d+: ");

    private static final Pattern CLASS = Pattern.compile("^([a-z]\\w*\\.)+[A-Z]\\w*: ");

    private static final Pattern CONVERSION =
            Pattern.compile("The config property (\\S+) with the config value \"(.*)\" threw an Exception whilst being"
                    + " converted (.*)");

    private static final Pattern CHOICES = Pattern.compile("Cannot convert .* to enum .*allowed values: (.*)");

    private Main() {}

    public static void main(String... arguments) {
        Quarkus.run(null, Main::ended, arguments);
    }

    private static void ended(Integer code, @Nullable Throwable failure) {
        if (failure == null) {
            System.exit(code);
        } else {
            reasons(failure).forEach(why -> System.err.println("autoglm: cannot start inference-service: " + why));
            System.exit(exitCode(failure));
        }
    }

    /// @return {@link #EX_CONFIG} where a person must change something, 1 for what may be gone at the next
    ///         start
    static int exitCode(Throwable failure) {
        return known(failure).isPresent() ? EX_CONFIG : FAILED;
    }

    /// @return one line each
    static List<String> reasons(Throwable failure) {
        Throwable cause = known(failure).orElse(failure);
        return switch (cause) {
            case ConfigValidationException invalid ->
                IntStream.range(0, invalid.getProblemCount())
                        .mapToObj(i -> setting(invalid.getProblem(i).getMessage()))
                        .toList();
            case BindException taken -> List.of(firstLine(taken) + ": free the port or set AUTOGLM_PORT");
            default -> List.of(setting(firstLine(cause)));
        };
    }

    /// The first in the chain that tells what is wrong with the configuration.
    private static Optional<Throwable> known(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(cause -> switch (cause) {
                    case CannotStart cannot -> true;
                    case BindException taken -> true;
                    case ConfigValidationException invalid -> true;
                    // Of a single value, read outside of a mapping.
                    default -> CODE.matcher(String.valueOf(cause.getMessage())).lookingAt();
                })
                .findFirst();
    }

    private static String firstLine(Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.lines().findFirst().orElse(message);
    }

    /// `autoglm.weights: "fp16" must be one of fp32,int8,int4,auto`
    private static String setting(String problem) {
        String message = CLASS.matcher(problem).replaceFirst("");
        String plain = CODE.matcher(message).replaceAll("").replaceAll("\\s*\\R\\s*", " ");
        Matcher conversion = CONVERSION.matcher(plain);
        if (!conversion.matches()) {
            return plain;
        }
        Matcher choices = CHOICES.matcher(conversion.group(3));
        String why = choices.matches() ? "must be one of " + choices.group(1) : conversion.group(3);
        return conversion.group(1) + ": \"" + conversion.group(2) + "\" " + why;
    }
}
