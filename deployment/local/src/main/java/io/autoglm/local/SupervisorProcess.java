package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.suite.CannotStart;
import io.autoglm.local.suite.Suite;
import io.autoglm.local.suite.SuiteOptions;
import io.autoglm.local.supervision.Orphans;
import io.autoglm.local.supervision.Supervisor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// The process behind `up`: in a session of its own, alone in its home by a file lock, told to stop by SIGTERM.
///
/// @param untilInputEnds whether it stops when its standard input ends, that is when the `up` in the terminal is gone,
///                       however it went
record SupervisorProcess(Home home, SuiteOptions options, boolean untilInputEnds, Map<String, String> environment) {

    /// @return the exit code
    int run() throws IOException, InterruptedException {
        OwnSession.begin();
        home.create();
        try (FileChannel channel = FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                System.err.println("autoglm: another supervisor holds " + home.lock());
                return ExitCode.FAILED;
            }
            return supervise();
        }
    }

    private int supervise() throws IOException, InterruptedException {
        List<PartStatus> before = Snapshot.read(home).map(Snapshot::parts).orElse(List.of());
        publish(Phase.STARTING, null);
        try {
            Orphans.stop(before);
            Suite suite = Suite.lay(home, options, environment);
            Supervisor supervisor =
                    new Supervisor(home, options.portOffset(), suite.specs(), suite.fleet(), InstantSource.system());
            CountDownLatch stopped = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(supervisor, stopped), "stop"));
            if (untilInputEnds) Thread.ofPlatform().daemon().start(() -> stopWhenInputEnds(supervisor));
            try {
                return supervisor.run() ? ExitCode.OK : ExitCode.FAILED;
            } finally {
                stopped.countDown();
            }
        } catch (CannotStart cannot) {
            publish(Phase.FAILED, cannot.getMessage());
            return ExitCode.FAILED;
        }
    }

    /// The hook of SIGTERM: the JVM ends when it returns, so it returns when the parts have ended.
    private static void stopAndWait(Supervisor supervisor, CountDownLatch stopped) {
        supervisor.requestStop();
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stopWhenInputEnds(Supervisor supervisor) {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException closed) {
            System.err.println("autoglm: the terminal is gone: " + closed.getMessage());
        }
        supervisor.requestStop();
    }

    private void publish(Phase phase, @Nullable String reason) throws IOException {
        Running self = Running.of(ProcessHandle.current());
        new Snapshot(self, options.portOffset(), phase, reason, List.of()).write(home);
    }
}
