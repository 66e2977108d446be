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
    private static final int MAVEN_STOP_SECONDS = 60;

    /// @return the exit code, Maven's where it came to that
    int run() throws IOException, InterruptedException {
        if (Snapshot.read(home).filter(Snapshot::isSupervised).isPresent()) {
            System.err.println("autoglm: the suite is up and has the ports: ./autoglm down first");
            return ExitCode.FAILED;
        }
        Supervision supervision = new Supervision(home, options);
        AtomicReference<@Nullable Process> maven = new AtomicReference<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(maven.get(), supervision), "stop"));
        AtomicReference<@Nullable DevSuite> laid = new AtomicReference<>();
        CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> supervise(supervision, laid));
        try {
            DevSuite suite = awaitRedis(ended, laid);
            if (suite == null) return ExitCode.FAILED;
            out.println("autoglm: API key " + suite.key() + " · " + Gateway.url(options) + "/docs · Ctrl-C ends");
            Process started = startMaven(suite.environment());
            maven.set(started);
            return started.waitFor();
        } finally {
            supervision.stopAndWait();
        }
    }

    /// The hook of Ctrl-C and SIGTERM: nothing that was started stays.
    private static void stop(@Nullable Process maven, Supervision supervision) {
        if (maven != null) stop(maven);
        supervision.stopAndWait();
    }

    /// Maven ends its services by itself, mostly.
    private static void stop(Process maven) {
        List<ProcessHandle> services = maven.descendants().toList();
        maven.destroy();
        try {
            if (!maven.waitFor(MAVEN_STOP_SECONDS, TimeUnit.SECONDS)) maven.destroyForcibly();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        services.forEach(ProcessHandle::destroy);
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
    private Process startMaven(Map<String, String> settings) throws IOException {
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
        maven.environment().putAll(settings);
        return maven.start();
    }
}
