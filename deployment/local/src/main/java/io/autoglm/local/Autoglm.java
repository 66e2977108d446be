package io.autoglm.local;

import io.autoglm.local.CommandLine.Chat;
import io.autoglm.local.CommandLine.Dev;
import io.autoglm.local.CommandLine.Down;
import io.autoglm.local.CommandLine.Help;
import io.autoglm.local.CommandLine.IsUp;
import io.autoglm.local.CommandLine.Logs;
import io.autoglm.local.CommandLine.ShowKey;
import io.autoglm.local.CommandLine.Status;
import io.autoglm.local.CommandLine.Supervise;
import io.autoglm.local.CommandLine.Up;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.network.Gateway;
import io.autoglm.local.suite.SuiteOptions;
import io.autoglm.local.supervision.Orphans;
import io.autoglm.local.terminal.ChatTerminal;
import io.autoglm.local.terminal.LogView;
import io.autoglm.local.terminal.StatusTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The Java half of `./autoglm`; the script has found the JDK and built what was stale.
///
/// The system property `autoglm.root` is the checkout. Text goes out as UTF-8 whatever the locale says: an answer in
/// Chinese must not turn into question marks on a machine set to `C`.
final class Autoglm {

    private final Path root;
    private final Map<String, String> environment;
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Autoglm(Path root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
    }

    static void main(String[] arguments) throws Exception {
        Path root = Path.of(System.getProperty("autoglm.root", "."))
                .toAbsolutePath()
                .normalize();
        int exitCode;
        try {
            Map<String, String> environment = System.getenv();
            exitCode = new Autoglm(root, environment).run(CommandLine.parse(arguments, environment));
        } catch (IllegalArgumentException wrongUsage) {
            System.err.println("autoglm: " + wrongUsage.getMessage() + " (./autoglm help)");
            exitCode = ExitCode.USAGE;
        } catch (IOException broken) {
            System.err.println("autoglm: " + (broken.getMessage() == null ? broken : broken.getMessage()));
            exitCode = ExitCode.FAILED;
        }
        System.exit(exitCode);
    }

    private int run(CommandLine line) throws IOException, InterruptedException {
        Home home = Home.of(root, line.portOffset(), environment);
        return switch (line.command()) {
            case Up up ->
                new UpCommand(home, options(up.model(), up.instances(), line), up.detach(), isTerminal(), out).run();
            case Supervise supervise ->
                new SupervisorProcess(
                                home,
                                options(supervise.model(), supervise.instances(), line),
                                supervise.untilInputEnds(),
                                environment)
                        .run();
            case Down down -> new DownCommand(home, isTerminal(), out).run();
            case Status status -> status(home, status.json());
            case IsUp isUp ->
                Snapshot.read(home).filter(Snapshot::isSupervised).isPresent() ? ExitCode.OK : ExitCode.NOT_UP;
            case ShowKey showKey -> key(home);
            case Logs logs -> logs(home, logs);
            case Chat chat -> chat(home, chat);
            case Dev dev -> new DevCommand(home, dev.mavenArguments(), environment, out).run();
            case Help help -> help();
        };
    }

    private SuiteOptions options(@Nullable Path model, int instances, CommandLine line) {
        String configured = environment.getOrDefault("AUTOGLM_MODEL_PATH", "");
        Path standard = configured.isBlank()
                ? root.resolve("models/autoglm-nano")
                : Path.of(configured).toAbsolutePath();
        return new SuiteOptions(model != null ? model : standard, instances, line.portOffset());
    }

    /// Set by the script, which knows its own standard output; `System.console()` also looks at the input.
    private boolean isTerminal() {
        return "1".equals(environment.get("AUTOGLM_TERMINAL"));
    }

    private int status(Home home, boolean json) throws IOException {
        Optional<Snapshot> snapshot = Snapshot.read(home);
        boolean supervised = snapshot.filter(Snapshot::isSupervised).isPresent();
        List<PartStatus> known = snapshot.map(Snapshot::parts).orElse(List.of());
        List<PartStatus> parts = supervised ? known : Orphans.among(known);
        StatusTable table = new StatusTable(parts);
        if (json) {
            out.println(table.json());
        } else if (parts.isEmpty()) {
            out.println("autoglm: not up");
        } else {
            if (!supervised) out.println("autoglm: the supervisor was killed; these parts are what it left");
            out.print(table.text(Instant.now()));
        }
        if (!supervised) return ExitCode.NOT_UP;
        return parts.stream().allMatch(PartStatus::isReady) && !parts.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
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
        Gateway gateway = Gateway.of(home, snapshot.get().portOffset());
        ChatTerminal terminal = new ChatTerminal(home, gateway, isTerminal(), out);
        return terminal.talk(chat.prompt(), chat.forget()) ? ExitCode.OK : ExitCode.FAILED;
    }

    private int help() {
        out.print("""
                AutoGLM Serving on this machine.

                  ./autoglm up [--detach] [--model DIR] [--instances N]
                                         build what is stale, start everything, print URL and key
                  ./autoglm down         stop it
                  ./autoglm status [--json]
                                         the parts: port, pid, state, since
                  ./autoglm key          the API key of this machine
                  ./autoglm logs [PART] [-f] [-n LINES]
                                         what the parts print
                  ./autoglm chat [--new] [PROMPT]
                                         talk to it; it remembers, --new begins afresh
                  ./autoglm test         every test: unit, then end to end
                  ./autoglm dev          the services from their sources, with live reload
                  ./autoglm bench [NAME] measure; without a name, what can be measured

                Every command takes --port-offset K (or AUTOGLM_PORT_OFFSET): a second suite beside the first.
                AUTOGLM_HOME       where its state is kept (default: .autoglm here)
                AUTOGLM_REDIS_URL  a Redis to use instead of starting one
                AUTOGLM_HOST       the address the gateway listens on (default: 127.0.0.1)
                Other AUTOGLM_… settings reach the services as they are: docs/operations.
                """);
        return ExitCode.OK;
    }
}
