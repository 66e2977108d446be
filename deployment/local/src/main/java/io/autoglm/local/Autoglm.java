package io.autoglm.local;

import io.autoglm.local.CommandLine.Chat;
import io.autoglm.local.CommandLine.Dev;
import io.autoglm.local.CommandLine.Down;
import io.autoglm.local.CommandLine.IsUp;
import io.autoglm.local.CommandLine.Logs;
import io.autoglm.local.CommandLine.ShowKey;
import io.autoglm.local.CommandLine.Status;
import io.autoglm.local.CommandLine.Supervise;
import io.autoglm.local.CommandLine.Up;
import io.autoglm.local.home.Fault;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.network.Gateway;
import io.autoglm.local.terminal.ChatTerminal;
import io.autoglm.local.terminal.LogView;
import io.autoglm.local.terminal.Screen;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The Java half of `./autoglm`; the script has found the JDK, built what was stale, and has the help.
///
/// The system property `autoglm.root` is the checkout. Text goes out as UTF-8 whatever the locale says: an answer in
/// Chinese must not turn into question marks on a machine set to `C`.
final class Autoglm {

    private final Path root;
    private final Map<String, String> environment;
    private final Screen screen;
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Autoglm(Path root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
        this.screen = Screen.of(environment);
    }

    static void main(String[] arguments) throws Exception {
        Path root = Path.of(System.getProperty("autoglm.root", "."))
                .toAbsolutePath()
                .normalize();
        System.exit(run(root, arguments, System.getenv()));
    }

    private static int run(Path root, String[] arguments, Map<String, String> environment) throws InterruptedException {
        CommandLine line;
        try {
            line = CommandLine.parse(arguments, environment);
        } catch (IllegalArgumentException wrongUsage) {
            System.err.println("autoglm: " + wrongUsage.getMessage() + " (./autoglm help)");
            return ExitCode.USAGE;
        }
        try {
            return new Autoglm(root, environment).run(line);
        } catch (IOException broken) {
            System.err.println("autoglm: " + Fault.words(broken));
            return ExitCode.FAILED;
        }
    }

    private int run(CommandLine line) throws IOException, InterruptedException {
        Home home = Home.of(root, line.portOffset(), environment);
        return switch (line.command()) {
            case Up up -> up(home, up, line);
            case Supervise supervise ->
                new SupervisorProcess(
                                home,
                                options(supervise.model(), supervise.instances(), line.portOffset()),
                                supervise.untilInputEnds(),
                                environment)
                        .run();
            case Down down -> new DownCommand(home, screen, out).run();
            case Status status -> new StatusCommand(home, status.json(), out).run();
            case IsUp isUp ->
                Snapshot.read(home).filter(Snapshot::isSupervised).isPresent() ? ExitCode.OK : ExitCode.NOT_UP;
            case ShowKey showKey -> key(home);
            case Logs logs -> logs(home, logs);
            case Chat chat -> chat(home, chat);
            case Dev dev -> dev(dev);
        };
    }

    private int up(Home home, Up up, CommandLine line) throws IOException, InterruptedException {
        Up asked = new Up(up.detach(), up.model() != null ? up.model() : configuredModel(), up.instances());
        SuiteOptions options = options(asked.model(), asked.instances(), line.portOffset());
        return new UpCommand(home, asked, options, environment, screen, out).run();
    }

    /// The services stand on their default ports, whatever the offset of the suite beside them.
    private int dev(Dev dev) throws IOException, InterruptedException {
        Home home = Home.of(root, 0, environment);
        SuiteOptions options = SuiteOptions.development(chosenOrDefault(configuredModel()));
        return new DevCommand(home, options, dev.mavenArguments(), environment, out).run();
    }

    private SuiteOptions options(@Nullable Path model, @Nullable Integer instances, int portOffset) {
        return new SuiteOptions(
                chosenOrDefault(model),
                instances != null ? instances : 1,
                portOffset,
                set("AUTOGLM_HOST").orElse("127.0.0.1"));
    }

    private Path chosenOrDefault(@Nullable Path chosen) {
        return chosen != null ? chosen : root.resolve("models/autoglm-nano");
    }

    private @Nullable Path configuredModel() {
        return set("AUTOGLM_MODEL_PATH")
                .map(path -> Path.of(path).toAbsolutePath().normalize())
                .orElse(null);
    }

    private Optional<String> set(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private int key(Home home) throws IOException {
        if (!Files.exists(home.key())) {
            System.err.println("autoglm: there is no key yet: the first ./autoglm up makes it");
            return ExitCode.FAILED;
        }
        out.println(Files.readString(home.key()).strip());
        return ExitCode.OK;
    }

    private int logs(Home home, Logs logs) throws IOException, InterruptedException {
        LogView view = new LogView(home, logs.lines());
        List<String> known = view.parts();
        if (known.isEmpty()) {
            System.err.println("autoglm: there are no logs yet: the first ./autoglm up makes them");
            return ExitCode.FAILED;
        }
        String part = logs.part();
        if (part != null && !known.contains(part)) {
            System.err.println("autoglm: there is no log of '" + part + "'; there are " + String.join(", ", known));
            return ExitCode.FAILED;
        }
        view.show(part == null ? known : List.of(part), logs.follow(), out);
        return ExitCode.OK;
    }

    private int chat(Home home, Chat chat) throws IOException {
        Optional<Snapshot> snapshot = Snapshot.read(home).filter(Snapshot::isSupervised);
        if (snapshot.isEmpty()) {
            System.err.println("autoglm: not up: ./autoglm up starts it");
            return ExitCode.NOT_UP;
        }
        Gateway gateway = Gateway.of(home, snapshot.get().options());
        ChatTerminal terminal = new ChatTerminal(home, gateway, screen.isTerminal(), out);
        return terminal.talk(chat.prompt(), chat.forget()) ? ExitCode.OK : ExitCode.FAILED;
    }
}
