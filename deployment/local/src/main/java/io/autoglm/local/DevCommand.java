package io.autoglm.local;

import io.autoglm.local.home.Fault;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.network.Gateway;
import io.autoglm.local.suite.DevSuite;
import io.autoglm.local.supervision.Fleet;
import io.autoglm.local.supervision.Supervisor;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// `dev`: the four services in Quarkus' development mode, from their sources, with live reload; Redis beside them.
///
/// Maven runs in the foreground, in this terminal. It is told the rest of its command line by the user, so that
/// `./autoglm dev -Dquarkus.log.level=DEBUG` works. Redis is supervised as the parts of `up` are, in this process.
record DevCommand(
        Home home,
        SuiteOptions options,
        List<String> mavenArguments,
        Map<String, String> environment,
        PrintStream out) {

    private static final int POLL_MILLIS = 50;
    /// As long as the services may drain.
    private static final Duration TIME_TO_STOP = Duration.ofSeconds(60);

    /// @return the exit code, Maven's where it came to that
    int run() throws IOException, InterruptedException {
        Optional<Snapshot> other = Snapshot.read(home).filter(Snapshot::isSupervised);
        if (other.isPresent()) {
            System.err.println(
                    other.get().options().development()
                            ? "autoglm: the services run in development mode: end the other ./autoglm dev first"
                            : "autoglm: the suite is up and has the ports: ./autoglm down first");
            return ExitCode.FAILED;
        }
        Supervision supervision = new Supervision(home, options);
        AtomicReference<@Nullable DevServices> services = new AtomicReference<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(services.get(), supervision), "stop"));
        AtomicReference<@Nullable DevSuite> laid = new AtomicReference<>();
        CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> supervise(supervision, laid));
        try {
            DevSuite suite = awaitRedis(ended, laid);
            if (suite == null) return ExitCode.FAILED;
            out.println("autoglm: API key " + suite.keyToTell() + " · " + Gateway.url(options) + "/docs · Ctrl-C ends");
            Process started = startMaven(suite);
            services.set(new DevServices(started, TIME_TO_STOP));
            return started.waitFor();
        } finally {
            supervision.stopAndWait();
        }
    }

    /// The hook of Ctrl-C and SIGTERM: nothing that was started stays. Ctrl-C goes to all of the terminal, Redis among
    /// them, which must not be taken for dead and started again.
    private static void stop(@Nullable DevServices services, Supervision supervision) {
        supervision.requestStop();
        try {
            if (services != null) services.stop();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        supervision.stopAndWait();
    }

    private boolean supervise(Supervision supervision, AtomicReference<@Nullable DevSuite> laid) {
        try {
            return supervision.run(() -> {
                DevSuite suite = DevSuite.lay(home, options, environment);
                laid.set(suite);
                return new Supervisor(home, options, List.of(suite.redis()), Fleet.none(), InstantSource.system());
            });
        } catch (IOException | InterruptedException broken) {
            throw new IllegalStateException(Fault.words(broken), broken);
        }
    }

    /// @return null when it has not come up, and why has been said
    private @Nullable DevSuite awaitRedis(CompletableFuture<Boolean> ended, AtomicReference<@Nullable DevSuite> laid)
            throws InterruptedException {
        Running self = Running.thisProcess();
        while (!ended.isDone()) {
            if (written(self).filter(seen -> seen.phase() == Phase.UP).isPresent()) return laid.get();
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        if (ended.isCompletedExceptionally()) {
            System.err.println("autoglm: " + ended.exceptionNow().getMessage());
        } else {
            written(self).filter(seen -> seen.phase() == Phase.FAILED).ifPresent(Follow::tellFailure);
        }
        return null;
    }

    /// What an earlier supervisor has left there says nothing of this one.
    private Optional<Snapshot> written(Running self) {
        return Snapshot.read(home).filter(seen -> seen.supervisor().equals(self));
    }

    /// Without Quarkus' interactive console, of which there would be four at one keyboard.
    private Process startMaven(DevSuite suite) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                home.root().resolve("mvnw").toString(),
                "-T4",
                "-Dquick",
                "-Ddebug=false",
                "-Dquarkus.console.enabled=false",
                "-Dquarkus.analytics.disabled=true",
                "quarkus:dev"));
        command.addAll(mavenArguments);
        ProcessBuilder maven =
                new ProcessBuilder(command).directory(home.root().toFile()).inheritIO();
        suite.layOver(maven.environment());
        return maven.start();
    }
}
