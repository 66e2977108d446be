package io.autoglm.local;

import io.autoglm.local.network.PortPlan;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The words behind `./autoglm`, as one of the commands. The script, which needs no JDK for it, has the help and turns
/// unknown commands away.
///
/// @param portOffset chooses the suite, for every command but `dev`; `AUTOGLM_PORT_OFFSET` is its default
record CommandLine(Command command, int portOffset) {

    private static final int DEFAULT_LOG_LINES = 100;

    /// What can be asked for.
    sealed interface Command {}

    /// @param model     null where it was not given
    /// @param instances null where they were not given
    record Up(
            boolean detach, @Nullable Path model, @Nullable Integer instances) implements Command {}

    /// The process behind `up`; not for people.
    record Supervise(@Nullable Path model, @Nullable Integer instances, boolean untilInputEnds) implements Command {}

    record Down() implements Command {}

    record Status(boolean json) implements Command {}

    /// Whether a suite is up, by the exit code alone: what the script asks before it builds.
    record IsUp() implements Command {}

    record ShowKey() implements Command {}

    /// @param part null for all
    record Logs(@Nullable String part, boolean follow, int lines) implements Command {}

    /// @param prompt null to talk until the input ends
    record Chat(@Nullable String prompt, boolean forget) implements Command {}

    /// @param mavenArguments passed on as they are
    record Dev(List<String> mavenArguments) implements Command {}

    /// @throws IllegalArgumentException with the line that says what is wrong
    static CommandLine parse(String[] arguments, Map<String, String> environment) {
        return new Parser(arguments, environment).parse();
    }

    private static final class Parser {
        private final Deque<String> words;
        private int portOffset;

        Parser(String[] arguments, Map<String, String> environment) {
            words = new ArrayDeque<>(Arrays.asList(arguments));
            String given = environment.getOrDefault("AUTOGLM_PORT_OFFSET", "");
            if (!given.isBlank()) portOffset = number("AUTOGLM_PORT_OFFSET", given, 0, PortPlan.MAX_OFFSET);
        }

        CommandLine parse() {
            if (words.isEmpty()) throw new IllegalArgumentException("a command is missing");
            String name = words.removeFirst();
            Command command = switch (name) {
                case "up" -> up();
                case "supervise" -> supervise();
                case "down" -> {
                    noMore(name);
                    yield new Down();
                }
                case "status" -> status();
                case "is-up" -> {
                    noMore(name);
                    yield new IsUp();
                }
                case "key" -> {
                    noMore(name);
                    yield new ShowKey();
                }
                case "logs" -> logs();
                case "chat" -> chat();
                case "dev" -> new Dev(List.copyOf(words));
                default -> throw new IllegalArgumentException("there is no command '" + name + "'");
            };
            return new CommandLine(command, portOffset);
        }

        private Up up() {
            boolean detach = false;
            Path model = null;
            Integer instances = null;
            while (!words.isEmpty()) {
                String word = next();
                switch (word) {
                    case "" -> {}
                    case "--detach", "-d" -> detach = true;
                    case "--model" ->
                        model = Path.of(value(word)).toAbsolutePath().normalize();
                    case "--instances" -> instances = number(word, value(word), 1, PortPlan.MAX_INSTANCES);
                    default -> throw unknown("up", word);
                }
            }
            return new Up(detach, model, instances);
        }

        private Supervise supervise() {
            boolean untilInputEnds = words.removeIf("--until-input-ends"::equals);
            Up up = up();
            return new Supervise(up.model(), up.instances(), untilInputEnds);
        }

        private Status status() {
            boolean json = false;
            while (!words.isEmpty()) {
                String word = next();
                if (word.equals("--json")) json = true;
                else if (!word.isEmpty()) throw unknown("status", word);
            }
            return new Status(json);
        }

        private Logs logs() {
            String part = null;
            boolean follow = false;
            int lines = DEFAULT_LOG_LINES;
            while (!words.isEmpty()) {
                String word = next();
                switch (word) {
                    case "" -> {}
                    case "-f", "--follow" -> follow = true;
                    case "-n", "--lines" -> lines = number(word, value(word), 0, 100_000);
                    default -> {
                        if (word.startsWith("-") || part != null) throw unknown("logs", word);
                        part = word;
                    }
                }
            }
            return new Logs(part, follow, lines);
        }

        private Chat chat() {
            List<String> prompt = new ArrayList<>();
            boolean forget = false;
            while (!words.isEmpty()) {
                String word = next();
                if (word.equals("--new")) forget = true;
                else if (word.startsWith("--")) throw unknown("chat", word);
                else if (!word.isEmpty()) prompt.add(word);
            }
            return new Chat(prompt.isEmpty() ? null : String.join(" ", prompt), forget);
        }

        /// The next word; empty where it was `--port-offset K`, which every command but `dev` takes.
        private String next() {
            String word = words.removeFirst();
            if (word.startsWith("--") && word.contains("=")) {
                words.addFirst(word.substring(word.indexOf('=') + 1));
                word = word.substring(0, word.indexOf('='));
            }
            if (!word.equals("--port-offset")) return word;
            portOffset = number(word, value(word), 0, PortPlan.MAX_OFFSET);
            return "";
        }

        private void noMore(String command) {
            while (!words.isEmpty()) {
                String word = next();
                if (!word.isEmpty()) throw unknown(command, word);
            }
        }

        private String value(String option) {
            if (words.isEmpty()) throw new IllegalArgumentException(option + " needs a value");
            return words.removeFirst();
        }

        private static int number(String name, String given, int least, int most) {
            try {
                int number = Integer.parseInt(given.strip());
                if (number >= least && number <= most) return number;
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException(name + " must be a number, not '" + given + "'", notANumber);
            }
            throw new IllegalArgumentException(name + " must be " + least + " to " + most + ", not " + given);
        }

        private static IllegalArgumentException unknown(String command, String word) {
            return new IllegalArgumentException(command + " does not know '" + word + "'");
        }
    }
}
