package io.autoglm.scheduler.lifecycle;

import io.autoglm.scheduler.registry.Phase;
import io.autoglm.scheduler.registry.Registry;
import io.autoglm.scheduler.registry.Standing;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One instance's process over all its lives. Everything but the constructor runs on the owner thread.
///
/// `Idle → Running → Waiting → Running …`, and from anywhere `→ Ended`, by a configuration fault or a stop.
final class LocalInstance {
    private static final Logger LOG = Logger.getLogger(LocalInstance.class);

    private final Launch launch;
    private final LocalConfig config;
    private final Registry registry;
    private final Clock clock;
    private final ScheduledExecutorService owner;
    private final PidFile pidFile;
    private final ChildLog log;

    private Life life = new Life.Idle();
    private Crashes crashes = Crashes.NONE;
    /// Written by the owner thread, read by metrics.
    private final AtomicInteger restarts = new AtomicInteger();
    /// As `restarts`.
    private volatile boolean alarmed;

    LocalInstance(Launch launch, LocalConfig config, Registry registry, Clock clock, ScheduledExecutorService owner) {
        this.launch = launch;
        this.config = config;
        this.registry = registry;
        this.clock = clock;
        this.owner = owner;
        this.pidFile = PidFile.of(config.runDir(), launch.id());
        this.log = new ChildLog(launch.log());
    }

    private sealed interface Life {
        record Idle() implements Life {}

        /// @param logFrom where in the log this process began to write
        /// @param served  it has come into service; stays true when it is silent or ejected later
        record Running(ProcessHandle handle, Instant since, long logFrom, boolean served) implements Life {
            Running seenServing() {
                return new Running(handle, since, logFrom, true);
            }
        }

        record Waiting() implements Life {}

        record Ended() implements Life {}
    }

    String id() {
        return launch.id();
    }

    boolean alarmed() {
        return alarmed;
    }

    int restarts() {
        return restarts.get();
    }

    /// Adopts the process that an earlier scheduler started, or starts one.
    void begin() {
        try {
            Optional<PidFile.Entry> entry = pidFile.read();
            Optional<ProcessHandle> living = entry.flatMap(PidFile.Entry::find);
            if (living.isEmpty()) {
                start();
            } else if (entry.orElseThrow().fingerprint().equals(launch.fingerprint())) {
                adopt(living.get(), log.size());
            } else {
                replace(living.get());
            }
        } catch (IOException | RuntimeException cannot) {
            failed("its files cannot be used: " + said(cannot));
        }
    }

    private void adopt(ProcessHandle handle, long logFrom) {
        LOG.infof("adopted instance=%s pid=%d", id(), handle.pid());
        life = new Life.Running(handle, clock.instant(), logFrom, false);
        registry.adopted(id(), launch.url(), handle.pid());
        whenDone(handle.onExit(), () -> ended(handle, OptionalInt.empty()));
    }

    /// It runs what is no longer configured.
    private void replace(ProcessHandle handle) {
        LOG.infof("replacing outdated process instance=%s pid=%d", id(), handle.pid());
        life = new Life.Waiting();
        registry.exited(id(), launch.url(), 0, "a process with another configuration is being stopped");
        whenDone(Ends.softly(handle, config.stopTimeout()), this::startUnlessEnded);
    }

    private void startUnlessEnded() {
        if (life instanceof Life.Waiting) {
            start();
        }
    }

    private void start() {
        Process process = null; // the one to end when what follows its start fails
        try {
            if (!launch.portIsFree()) {
                failed("port " + launch.port() + " is in use by another process");
                return;
            }
            long logFrom = log.size();
            Process started = launch.start();
            process = started;
            Instant startedAt = started.info().startInstant().orElseGet(Instant::now);
            pidFile.write(new PidFile.Entry(started.pid(), startedAt, launch.port(), launch.fingerprint()));
            ProcessHandle handle = started.toHandle();
            life = new Life.Running(handle, clock.instant(), logFrom, false);
            registry.launched(id(), launch.url(), started.pid(), restarts.get());
            LOG.infof("started instance=%s pid=%d port=%d", id(), started.pid(), launch.port());
            whenDone(started.onExit(), () -> ended(handle, OptionalInt.of(started.exitValue())));
        } catch (IOException | RuntimeException cannot) {
            abandon(process, "cannot be started: " + said(cannot));
        }
    }

    /// A process that could not be written down would run on unknown to the next scheduler.
    private void abandon(@Nullable Process process, String reason) {
        if (process == null) {
            failed(reason);
            return;
        }
        life = new Life.Waiting();
        process.destroyForcibly();
        whenDone(process.onExit(), () -> {
            if (life instanceof Life.Waiting) {
                failed(reason);
            }
        });
    }

    private static String said(Exception failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    private void ended(ProcessHandle handle, OptionalInt code) {
        if (!(life instanceof Life.Running running) || !running.handle().equals(handle)) {
            return;
        }
        Ending ending = new Ending(code, lastLine(running.logFrom()));
        boolean proven = (running.served() || cameIntoService()) && age(running).compareTo(config.provenAfter()) >= 0;
        forget();
        crashes = crashes.oneMore(proven);
        again(handle.pid(), ending.reason(), ending.isFinal() ? new Restart.Never() : nextRestart());
    }

    private void failed(String reason) {
        crashes = crashes.oneMore(false);
        again(0, reason, nextRestart());
    }

    private Restart nextRestart() {
        return crashes.next(config.restartDelays(), config.alarmDelay());
    }

    private void again(long pid, String reason, Restart restart) {
        switch (restart) {
            case Restart.Soon(Duration delay) -> {
                LOG.warnf("ended instance=%s reason=%s restart_in_ms=%d", id(), reason, delay.toMillis());
                registry.exited(id(), launch.url(), pid, reason);
                restartIn(delay);
            }
            case Restart.Alarm(int count, Duration delay) -> {
                LOG.errorf("keeps failing instance=%s reason=%s in_a_row=%d", id(), reason, count);
                String alarm = reason + " (" + count + " times in a row; next try in " + delay.toSeconds() + " s)";
                registry.exited(id(), launch.url(), pid, alarm);
                alarmed = true;
                restartIn(delay);
            }
            case Restart.Never() -> {
                LOG.errorf("ended for good instance=%s reason=%s", id(), reason);
                registry.exited(id(), launch.url(), pid, reason);
                alarmed = true;
                life = new Life.Ended();
            }
        }
    }

    private void restartIn(Duration delay) {
        life = new Life.Waiting();
        Executor later = CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, Runnable::run);
        whenDone(CompletableFuture.runAsync(() -> {}, later), () -> {
            if (life instanceof Life.Waiting) {
                restarts.incrementAndGet();
                start();
            }
        });
    }

    /// Goes on, on the owner thread. Nobody waits for that, so whatever goes wrong must show here.
    private void whenDone(CompletableFuture<?> event, Runnable next) {
        var _ = event.thenRunAsync(next, owner).exceptionally(failure -> {
            if (!owner.isShutdown()) {
                LOG.errorf(failure, "lifecycle step failed instance=%s", id());
            }
            return null;
        });
    }

    /// To be called once a second: notices that it came into service, which ends an alarm; ends a process that
    /// hangs; keeps the log small.
    void inspect() throws IOException {
        if (life instanceof Life.Running running) {
            if (cameIntoService()) {
                life = running.seenServing();
                alarmed = false;
            }
            if (isUnwellTooLong(running)) {
                LOG.errorf(
                        "killing unresponsive instance=%s pid=%d",
                        id(), running.handle().pid());
                running.handle().destroyForcibly();
            }
        }
        log.rotate(config.maxLogBytes().asLongValue());
    }

    private boolean isUnwellTooLong(Life.Running running) {
        Duration limit = config.killUnwellAfter();
        if (limit.isZero() || age(running).compareTo(limit) < 0) {
            return false;
        }
        return registry.find(id())
                .filter(LocalInstance::isUnwell)
                .map(standing -> Duration.between(standing.phase().since(), clock.instant()))
                .filter(unwell -> unwell.compareTo(limit) >= 0)
                .isPresent();
    }

    private static boolean isUnwell(Standing standing) {
        return switch (standing.phase()) {
            case Phase.Starting starting -> !standing.heard();
            case Phase.Ejected ejected -> true;
            case Phase.Gone gone -> true;
            case Phase.Warming warming -> false;
            case Phase.Serving serving -> false;
            case Phase.Draining draining -> false;
        };
    }

    /// Draining proves nothing: an instance may be drained before it ever served.
    private boolean cameIntoService() {
        return registry.find(id())
                .map(Standing::phase)
                .filter(phase -> phase instanceof Phase.Serving || phase instanceof Phase.Ejected)
                .isPresent();
    }

    private Duration age(Life.Running running) {
        return Duration.between(running.since(), clock.instant());
    }

    private Optional<String> lastLine(long from) {
        try {
            return log.lastLine(from);
        } catch (IOException unreadable) {
            LOG.warnf("log cannot be read instance=%s reason=%s", id(), unreadable.getMessage());
            return Optional.empty();
        }
    }

    private void forget() {
        try {
            pidFile.delete();
        } catch (IOException stays) {
            LOG.warnf("pid file cannot be deleted instance=%s reason=%s", id(), stays.getMessage());
        }
    }

    /// Lets the process go on without us.
    void release() {
        life = new Life.Ended();
    }

    /// Done when the process has ended, by itself or by force.
    CompletableFuture<Void> stop() {
        Life before = life;
        life = new Life.Ended();
        if (!(before instanceof Life.Running running)) {
            return CompletableFuture.completedFuture(null);
        }
        return Ends.softly(running.handle(), config.stopTimeout()).thenRun(this::forget);
    }
}
