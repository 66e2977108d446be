package io.autoglm.local.supervision;

import io.autoglm.local.home.Fault;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One part and its present process. Only the supervisor's thread calls it.
final class Part {

    /// `EX_CONFIG` of sysexits.h: what is wrong will be as wrong the next time, so it is not started again.
    static final int EXIT_MISCONFIGURED = 78;

    private static final Duration PROBE_WHILE_STARTING = Duration.ofMillis(100);
    private static final Duration PROBE_LATER = Duration.ofSeconds(1);
    /// A process that lives and does not answer so many probes in a row hangs. Counted, not timed: a laptop sleeps.
    private static final int MAX_SILENT_PROBES = 30;

    private static final long MAX_LOG_BYTES = 10L << 20;

    private final PartSpec spec;
    private final PartLog log;
    private final RestartPause pause = new RestartPause();
    private PartState state;
    /// Of the present process; null where there is none, and for a part that is not ours.
    private @Nullable Running running;
    /// Ever, and since its present process started.
    private boolean wasReady;

    private boolean wasReadyInThisRun;
    private long logStart;
    private int silentProbes;
    private String lastWords = "";
    private boolean probing;
    private Instant nextProbe = Instant.EPOCH;

    Part(PartSpec spec, Instant now) {
        this.spec = spec;
        this.log = new PartLog(spec.log(), MAX_LOG_BYTES);
        this.state = new PartState.Waiting(now);
    }

    PartSpec spec() {
        return spec;
    }

    boolean isReady() {
        return state instanceof PartState.Ready;
    }

    boolean isFailed() {
        return state instanceof PartState.Failed;
    }

    /// Goes one step on, as far as time, its process and the other parts allow.
    ///
    /// @param ready  names of the parts that are ready
    /// @param prober starts a check of its health, elsewhere; the result comes back to {@link #probed}
    void advance(Instant now, Set<String> ready, Consumer<Part> prober) {
        switch (state) {
            case PartState.Waiting waiting -> {
                if (ready.containsAll(spec.after())) start(now, waiting::started);
            }
            case PartState.Resting resting -> {
                if (!now.isBefore(resting.next())) start(now, resting::started);
            }
            case PartState.Alive alive -> watch(alive, now, prober);
            case PartState.Failed failed -> {}
            case PartState.Stopped stopped -> {}
        }
    }

    private interface Started {
        PartState with(@Nullable Process process, Instant now);
    }

    private void start(Instant now, Started started) {
        silentProbes = 0;
        wasReadyInThisRun = false;
        nextProbe = now;
        logStart = log.size();
        try {
            Process process = spec.isOurs() ? launch() : null;
            running = process == null ? null : Running.of(process.toHandle());
            state = started.with(process, now);
        } catch (IOException cannot) {
            state = new PartState.Failed(now, "cannot start " + spec.name() + ": " + Fault.words(cannot));
        }
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(spec.command())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()))
                .redirectErrorStream(true);
        builder.environment().putAll(spec.environment());
        return builder.start();
    }

    private void watch(PartState.Alive alive, Instant now, Consumer<Part> prober) {
        Process process = alive.process();
        if (process != null && !process.isAlive()) {
            ended(alive, process.exitValue(), now);
        } else if (!wasReadyInThisRun && now.isAfter(alive.since().plus(spec.startLimit()))) {
            neverReady(alive, process, now);
        } else if (process != null && wasReadyInThisRun && silentProbes >= MAX_SILENT_PROBES) {
            process.destroyForcibly();
        } else if (!probing && !now.isBefore(nextProbe)) {
            probing = true;
            nextProbe = now.plus(isReady() ? PROBE_LATER : PROBE_WHILE_STARTING);
            prober.accept(this);
        }
    }

    private void neverReady(PartState.Alive alive, @Nullable Process process, Instant now) {
        if (process != null) process.destroyForcibly();
        String reason =
                spec.name() + " was not ready after " + spec.startLimit().toSeconds() + " s: " + lastWords;
        state = wasReady
                ? alive.crashed(reason, pause.after(Duration.between(alive.since(), now)), now)
                : alive.failed(reason, now);
    }

    private void ended(PartState.Alive alive, int exitCode, Instant now) {
        String reason = log.reason(logStart, ending(exitCode));
        boolean hopeless = exitCode == EXIT_MISCONFIGURED || !wasReady;
        state = hopeless
                ? alive.failed(reason, now)
                : alive.crashed(reason, pause.after(Duration.between(alive.since(), now)), now);
    }

    /// A JVM and a shell give 128 and the signal for one that ended them.
    private String ending(int exitCode) {
        return exitCode > 128 && exitCode < 160
                ? spec.name() + " was ended by signal " + (exitCode - 128)
                : spec.name() + " ended with exit code " + exitCode;
    }

    /// Takes in what a probe found.
    void probed(Health health, Instant now) {
        probing = false;
        silentProbes = health instanceof Health.Silent ? silentProbes + 1 : 0;
        switch (health) {
            case Health.Healthy healthy -> {
                if (state instanceof PartState.Starting starting) state = starting.ready(now);
                else if (state instanceof PartState.Unready unready) state = unready.ready(now);
                wasReady |= isReady();
                wasReadyInThisRun |= isReady();
            }
            case Health.Unready(String reason) -> unwell(reason, now);
            case Health.Silent(String reason) -> unwell(reason, now);
        }
    }

    private void unwell(String reason, Instant now) {
        lastWords = reason;
        if (state instanceof PartState.Ready ready) state = ready.unready(reason, now);
    }

    /// Asks the process to end, and says whether there is one to wait for.
    boolean beginStop(Instant now) {
        Process process = process();
        if (state instanceof PartState.Alive alive && process != null && process.isAlive()) {
            state = alive.stopping(now);
            process.destroy();
            return true;
        }
        state = new PartState.Stopped(now);
        return false;
    }

    /// Waits until it has ended, at most its limit; then it is killed.
    void finishStop(Instant now) throws InterruptedException {
        Process process = process();
        if (process != null && !process.waitFor(spec.stopLimit().toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
        state = new PartState.Stopped(now);
    }

    void capLog() throws IOException {
        log.cap();
    }

    private @Nullable Process process() {
        return state instanceof PartState.Alive alive ? alive.process() : null;
    }

    PartStatus status() {
        Running shown = process() == null ? null : running;
        return new PartStatus(spec.name(), spec.address(), shown, state.word(), state.since(), reason());
    }

    private @Nullable String reason() {
        return switch (state) {
            case PartState.Unready unready -> unready.reason();
            case PartState.Resting resting -> resting.reason();
            case PartState.Failed failed -> failed.reason();
            case PartState.Waiting waiting -> null;
            case PartState.Starting starting -> null;
            case PartState.Ready ready -> null;
            case PartState.Stopping stopping -> null;
            case PartState.Stopped stopped -> null;
        };
    }
}
