package io.autoglm.local.supervision;

import io.autoglm.local.home.Fault;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Starts the parts, keeps them up, and stops them in order.
///
/// 1. every part starts as soon as those it needs are ready; the first that fails before all are up ends the attempt
/// 2. from then on a part that crashes is started again, and one that says it never can stays down alone
/// 3. on request they are stopped, the last started first, each with the time its requests need
///
/// {@link #run} is the one owner thread; {@link #requestStop} may be called from any other. Every change is written to
/// the home's snapshot. A disk that is full is no reason to leave the parts alone: what could not be written is said
/// once, and tried again with every tick.
public final class Supervisor {

    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration LOOK_WHILE_STARTING = Duration.ofMillis(200);
    private static final Duration LOOK_LATER = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOG_CHECKS = Duration.ofSeconds(10);

    private final Home home;
    private final SuiteOptions options;
    private final List<Part> parts;
    private final Fleet fleet;
    private final InstantSource clock;
    private final Running self = Running.thisProcess();
    /// Work that other threads hand to the owner: at most one probe a part, and one look at the fleet.
    private final BlockingQueue<Runnable> handedOver = new LinkedBlockingQueue<>();

    private Phase phase = Phase.STARTING;
    private @Nullable String failure;
    private List<PartStatus> instances;
    private boolean looking;
    private Instant nextLook = Instant.EPOCH;
    private Instant nextLogCheck = Instant.EPOCH;
    private @Nullable Snapshot published;
    private final Set<String> failing = new HashSet<>();
    /// Set once by any thread, read by the owner.
    private volatile boolean stopRequested;

    /// @param specs in the order of starting, which is the reverse of the order of stopping
    public Supervisor(Home home, SuiteOptions options, List<PartSpec> specs, Fleet fleet, InstantSource clock) {
        this.home = home;
        this.options = options;
        this.fleet = fleet;
        this.clock = clock;
        this.parts = specs.stream().map(spec -> new Part(spec, clock.instant())).toList();
        this.instances = fleet.expected(clock.instant());
    }

    /// Returns when everything it started has ended, whatever happened meanwhile.
    ///
    /// @return false when the suite could not be started
    public boolean run() throws InterruptedException {
        try {
            keepUp();
        } catch (RuntimeException bug) {
            bug.printStackTrace();
            failure = "the supervisor broke: " + bug;
        } finally {
            phase = Phase.STOPPING;
            stopAll();
            phase = failure == null ? Phase.STOPPED : Phase.FAILED;
            publish();
        }
        return failure == null;
    }

    private void keepUp() throws InterruptedException {
        while (!stopRequested && failure == null) {
            advance(clock.instant());
            publish();
            Runnable work = handedOver.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
            if (work != null) work.run();
        }
    }

    public void requestStop() {
        stopRequested = true;
    }

    private void advance(Instant now) {
        Set<String> ready = parts.stream()
                .filter(Part::isReady)
                .map(part -> part.spec().name())
                .collect(Collectors.toSet());
        for (Part part : parts) part.advance(now, ready, this::probe);
        if (!looking && !now.isBefore(nextLook)) look(now);
        if (phase == Phase.STARTING) {
            failure = firstFailure().orElse(null);
            if (isAllReady()) phase = Phase.UP;
        }
        if (!now.isBefore(nextLogCheck)) {
            nextLogCheck = now.plus(BETWEEN_LOG_CHECKS);
            for (Part part : parts) attempt("cut the log of " + part.spec().name(), part::capLog);
        }
    }

    private Optional<String> firstFailure() {
        return parts.stream()
                .filter(Part::isFailed)
                .map(part -> part.status().reason())
                .findFirst()
                .or(() -> Fleet.failure(instances));
    }

    private boolean isAllReady() {
        return parts.stream().allMatch(Part::isReady) && instances.stream().allMatch(PartStatus::isReady);
    }

    private void probe(Part part) {
        Thread.ofVirtual().start(() -> {
            Health health = part.spec().probe().check();
            handedOver.add(() -> part.probed(health, clock.instant()));
        });
    }

    private void look(Instant now) {
        looking = true;
        nextLook = now.plus(phase == Phase.STARTING ? LOOK_WHILE_STARTING : LOOK_LATER);
        List<PartStatus> before = instances;
        Thread.ofVirtual().start(() -> {
            List<PartStatus> seen = fleet.look(before);
            handedOver.add(() -> {
                instances = seen;
                looking = false;
            });
        });
    }

    private void stopAll() throws InterruptedException {
        for (Part part : parts.reversed()) {
            if (part.isFailed()) continue;
            if (part.beginStop(clock.instant())) {
                publish();
                part.finishStop(clock.instant());
            }
            publish();
        }
        Orphans.stop(instances);
        instances = instances.stream().map(this::stopped).toList();
    }

    private PartStatus stopped(PartStatus instance) {
        if (instance.process() == null || instance.process().isAlive()) return instance;
        return new PartStatus(instance.part(), instance.address(), null, "stopped", clock.instant(), instance.reason());
    }

    private void publish() {
        List<PartStatus> all = new ArrayList<>();
        for (Part part : parts) all.add(part.status());
        all.addAll(instances);
        Snapshot now = new Snapshot(self, options, phase, failure, all);
        if (now.equals(published)) return;
        if (attempt("write its state", () -> now.write(home))) published = now;
    }

    private interface Writing {
        void run() throws IOException;
    }

    /// What fails is said the first time, and not again until it has succeeded.
    private boolean attempt(String what, Writing writing) {
        try {
            writing.run();
            failing.remove(what);
            return true;
        } catch (IOException refused) {
            if (failing.add(what)) System.err.println("autoglm: cannot " + what + " now: " + Fault.words(refused));
            return false;
        }
    }
}
