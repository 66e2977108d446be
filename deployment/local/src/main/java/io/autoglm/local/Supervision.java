package io.autoglm.local;

import io.autoglm.local.home.Fault;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.suite.CannotStart;
import io.autoglm.local.supervision.Orphans;
import io.autoglm.local.supervision.Supervisor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// One run of a supervisor in a home, from the lock to the end of its parts:
///
/// 1. it is alone in its home by a file lock; where it is not, it touches nothing
/// 2. what an earlier run left is stopped, and stays in the snapshot until it is gone, so that a run that is killed at
///    this very point does not lose it
/// 3. the parts are laid out and supervised until a stop is requested
///
/// What goes wrong on the way is published as the reason, for the one who waits elsewhere. {@link #run} is called once;
/// the other methods from any thread, at any time.
final class Supervision {

    private final Home home;
    private final SuiteOptions options;
    private final CountDownLatch ended = new CountDownLatch(1);
    /// Both are guarded by `this`.
    private boolean stopRequested;

    private @Nullable Supervisor supervisor;

    Supervision(Home home, SuiteOptions options) {
        this.home = home;
        this.options = options;
    }

    /// What is to be supervised. Called when what an earlier run left is gone, and its ports are free.
    interface Layout {
        Supervisor lay() throws IOException, CannotStart;
    }

    /// @return false when it could not be started
    /// @throws IOException when not even the reason could be written
    boolean run(Layout layout) throws IOException, InterruptedException {
        try {
            home.create();
            try (FileChannel channel =
                            FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock != null) return runAlone(layout);
                System.err.println("autoglm: another supervisor holds " + home.lock());
                return false;
            }
        } finally {
            ended.countDown();
        }
    }

    synchronized void requestStop() {
        stopRequested = true;
        if (supervisor != null) supervisor.requestStop();
    }

    /// For a hook of the JVM, which ends when its hooks have returned. Only once {@link #run} is sure to be called.
    void stopAndWait() {
        requestStop();
        try {
            ended.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean runAlone(Layout layout) throws IOException, InterruptedException {
        List<PartStatus> left =
                Orphans.among(Snapshot.read(home).map(Snapshot::parts).orElse(List.of()));
        publish(Phase.STARTING, null, left.stream().map(Supervision::stopping).toList());
        Supervisor laid;
        try {
            stopOrphans(left);
            if (isStopRequested()) {
                publish(Phase.STOPPED, null, List.of());
                return true;
            }
            laid = layout.lay();
        } catch (CannotStart cannot) {
            publish(Phase.FAILED, cannot.getMessage(), Orphans.among(left));
            return false;
        } catch (IOException broken) {
            publish(Phase.FAILED, "cannot start: " + Fault.words(broken), Orphans.among(left));
            return false;
        } catch (RuntimeException bug) {
            bug.printStackTrace();
            publish(Phase.FAILED, "cannot start: " + bug, Orphans.among(left));
            return false;
        }
        handOver(laid);
        return laid.run();
    }

    private static PartStatus stopping(PartStatus left) {
        return left.in("stopping", Instant.now(), "an earlier run left it");
    }

    private static void stopOrphans(List<PartStatus> left) throws CannotStart, InterruptedException {
        if (left.isEmpty()) return;
        System.out.println("autoglm: stopping what an earlier run left: " + Orphans.names(left));
        List<PartStatus> immortal = Orphans.stop(left);
        if (!immortal.isEmpty()) {
            throw new CannotStart("an earlier run left what cannot be ended: " + Orphans.names(immortal));
        }
    }

    private synchronized boolean isStopRequested() {
        return stopRequested;
    }

    private synchronized void handOver(Supervisor laid) {
        supervisor = laid;
        if (stopRequested) laid.requestStop();
    }

    private void publish(Phase phase, @Nullable String reason, List<PartStatus> parts) throws IOException {
        new Snapshot(Running.thisProcess(), options, phase, reason, parts).write(home);
    }
}
