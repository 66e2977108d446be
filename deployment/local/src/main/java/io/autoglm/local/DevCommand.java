package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.suite.CannotStart;
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
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/// `dev`: the four services in Quarkus' development mode, from their sources, with live reload; Redis beside them.
///
/// Maven runs in the foreground, in this terminal. It is told the rest of its command line by the user, so that
/// `./autoglm dev -Dquarkus.log.level=DEBUG` works.
record DevCommand(Home home, List<String> mavenArguments, Map<String, String> environment, PrintStream out) {

    private static final int POLL_MILLIS = 50;

    /// @return the exit code, Maven's where it came to that
    int run() throws IOException, InterruptedException {
        if (Snapshot.read(home).filter(Snapshot::isSupervised).isPresent()) {
            System.err.println("autoglm: the suite is up and has the ports: ./autoglm down first");
            return ExitCode.FAILED;
        }
        home.create();
        DevSuite suite;
        try {
            suite = DevSuite.lay(home, environment);
        } catch (CannotStart cannot) {
            System.err.println("autoglm: " + cannot.getMessage());
            return ExitCode.FAILED;
        }
        Supervisor redis = new Supervisor(home, 0, List.of(suite.redis()), Fleet.none(), InstantSource.system());
        CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> supervise(redis));
        try {
            if (!awaitRedis(ended)) return ExitCode.FAILED;
            out.println("autoglm: API key " + suite.key() + " · http://127.0.0.1:8080/docs · Ctrl-C ends");
            Process maven = startMaven(suite.environment());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(maven, redis, ended), "stop"));
            return maven.waitFor();
        } finally {
            redis.requestStop();
            ended.join();
        }
    }

    /// The hook of Ctrl-C and SIGTERM: nothing that was started stays.
    private static void end(Process maven, Supervisor redis, CompletableFuture<Boolean> ended) {
        maven.destroy();
        maven.onExit().join();
        redis.requestStop();
        ended.join();
    }

    private static boolean supervise(Supervisor redis) {
        try {
            return redis.run();
        } catch (IOException | InterruptedException broken) {
            throw new CompletionException(broken);
        }
    }

    private boolean awaitRedis(CompletableFuture<Boolean> ended) throws IOException, InterruptedException {
        while (!ended.isDone()) {
            Optional<Snapshot> snapshot = Snapshot.read(home);
            if (snapshot.filter(seen -> seen.phase() == Phase.UP).isPresent()) return true;
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        Snapshot.read(home).ifPresent(left -> System.err.println("autoglm: " + left.reason()));
        return false;
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
