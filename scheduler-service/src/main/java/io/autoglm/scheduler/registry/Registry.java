package io.autoglm.scheduler.registry;

import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.ServedModel;
import io.autoglm.scheduler.registry.Phase.Gone;
import io.autoglm.scheduler.registry.Phase.Serving;
import io.autoglm.service.Bounds;
import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// All instances, by id. Every method is atomic; each phase change is announced once, after the lock is given back,
/// to those who observe {@link Change}.
@Singleton
public final class Registry {
    private final RegistryConfig config;
    private final Clock clock;
    private final Consumer<Change> announce;
    private final Instant startedAt;

    /// Guarded by `this`, as is every instance in it. Sorted, so that lists come out in a stable order.
    private final Map<String, Instance> instances = new TreeMap<>(InstanceIds.NATURAL);

    /// When `aged` last ran; guarded by `this`.
    private Instant lastAged;
    /// Before this nobody is blamed for silence; guarded by `this`.
    private Instant silenceCountsFrom;

    @jakarta.inject.Inject
    Registry(RegistryConfig config, Clock clock, Event<Change> changes) {
        this(config, clock, changes::fire);
    }

    public Registry(RegistryConfig config, Clock clock, Consumer<Change> announce) {
        this.config = checked(config);
        this.clock = clock;
        this.announce = announce;
        this.startedAt = clock.instant();
        this.lastAged = startedAt;
        this.silenceCountsFrom = startedAt;
    }

    private static RegistryConfig checked(RegistryConfig config) {
        String prefix = "autoglm.registry.";
        Bounds.atLeast(prefix + "max-instances", config.maxInstances(), 1);
        Bounds.atLeast(prefix + "max-fails", config.maxFails(), 1);
        Bounds.atLeast(prefix + "max-failed-probes", config.maxFailedProbes(), 1);
        Bounds.positive(prefix + "suspect-after", config.suspectAfter());
        Bounds.ordered(prefix + "suspect-after", config.suspectAfter(), prefix + "gone-after", config.goneAfter());
        Bounds.notNegative(prefix + "settle-for", config.settleFor());
        Bounds.notNegative(prefix + "forget-after", config.forgetAfter());
        Bounds.positive(prefix + "fail-timeout", config.failTimeout());
        Bounds.positive(prefix + "stalled-after", config.stalledAfter());
        Bounds.positive(prefix + "idle-probe-every", config.idleProbeEvery());
        return config;
    }

    /// @param report already checked, see {@link Reports}
    public Registration report(InstanceReport report) {
        return change(report.id(), instance -> {
            if (instance == null && isFull()) {
                return new Registration.Full(config.maxInstances());
            }
            return known(report.id(), report.url()).heard(report, clock.instant());
        });
    }

    /// @param incarnation of the process that says goodbye; null where it does not say
    /// @return whether it was known
    public boolean leave(String id, @Nullable String incarnation) {
        return change(id, instance -> instance != null && instance.left(incarnation, clock.instant()));
    }

    /// Gives it nothing new until it is resumed or replaced by a new process.
    ///
    /// @return whether it is known
    public boolean drain(String id) {
        return change(id, instance -> {
            if (instance == null || instance.phase() instanceof Gone) {
                return false;
            }
            instance.drained(clock.instant());
            return true;
        });
    }

    /// @return whether it was drained before
    public boolean resume(String id) {
        return change(id, instance -> instance != null && instance.resumed(clock.instant()));
    }

    /// A gateway saw it fail.
    ///
    /// @param model that was asked for
    /// @return what to probe at once, to find out whether it is worse than that; empty where nothing is to be
    ///         learned: it is out already, by this failure or before
    public Optional<ProbeTarget> failed(String id, String model) {
        return change(id, instance -> {
            if (instance == null || instance.phase() instanceof Gone) {
                return Optional.empty();
            }
            instance.failed(model, isLast(instance), clock.instant());
            return instance.phase() instanceof Serving ? Optional.ofNullable(instance.probeTarget()) : Optional.empty();
        });
    }

    /// A probe was answered.
    public void passed(ProbeTarget target) {
        change(target.id(), instance -> {
            if (instance != null) {
                instance.passed(target.incarnation(), clock.instant());
            }
            return null;
        });
    }

    /// A probe was told to come back: it has proved nothing.
    public void busy(ProbeTarget target) {
        change(target.id(), instance -> {
            if (instance != null) {
                instance.busy(target.incarnation(), clock.instant());
            }
            return null;
        });
    }

    /// A probe was not answered.
    ///
    /// @param certain one such finding is enough
    public void refused(ProbeTarget target, String reason, boolean certain) {
        change(target.id(), instance -> {
            if (instance != null) {
                instance.refused(target.incarnation(), reason, certain, clock.instant());
            }
            return null;
        });
    }

    /// Whether its engine has made steps since that probe was decided on: then it is slow, not sick.
    public synchronized boolean hasMovedSince(ProbeTarget target) {
        Instance instance = instances.get(target.id());
        return instance != null && instance.steps() != target.steps();
    }

    /// Instances that should be probed now.
    public synchronized List<ProbeTarget> dueForProbe() {
        Instant now = clock.instant();
        return instances.values().stream()
                .filter(instance -> instance.wantsProbe(now))
                .map(Instance::probeTarget)
                .filter(Objects::nonNull)
                .toList();
    }

    /// A process was started for it.
    public void launched(String id, String url, long pid, int restarts) {
        change(id, instance -> {
            known(id, url).launched(url, pid, restarts, clock.instant());
            return null;
        });
    }

    /// A living process was found for it.
    public void adopted(String id, String url, long pid) {
        change(id, instance -> {
            known(id, url).adopted(url, pid, clock.instant());
            return null;
        });
    }

    /// Its process has ended, or could not be started.
    ///
    /// @param pid 0 where none was started
    public void exited(String id, String url, long pid, String reason) {
        change(id, instance -> {
            known(id, url).exited(pid, reason, clock.instant());
            return null;
        });
    }

    /// Lets time take effect; to be called a few times a second. When the calls themselves were late (a stopped or
    /// starved scheduler), the reports were too: then silence is not counted until they had time to arrive.
    public void age() {
        List<Change> changes = new ArrayList<>();
        synchronized (this) {
            Instant now = clock.instant();
            if (Duration.between(lastAged, now).compareTo(config.suspectAfter()) > 0) {
                silenceCountsFrom = now.plus(config.suspectAfter());
            }
            lastAged = now;
            boolean counts = !silenceCountsFrom.isAfter(now);
            instances.forEach((id, instance) -> {
                Phase before = instance.phase();
                if (counts) {
                    instance.aged(now);
                }
                note(id, before, instance.phase(), changes);
            });
            instances.values().removeIf(instance -> instance.isForgettable(now));
        }
        changes.forEach(announce);
    }

    /// All that are known, in natural order of their ids.
    public synchronized List<Standing> all() {
        return instances.values().stream().map(Instance::standing).toList();
    }

    public synchronized Optional<Standing> find(String id) {
        return Optional.ofNullable(instances.get(id)).map(Instance::standing);
    }

    /// The scheduler has only just begun, and instances may exist that had no time to report.
    public boolean isSettling() {
        return startedAt.plus(config.settleFor()).isAfter(clock.instant());
    }

    private <T extends @Nullable Object> T change(String id, Function<@Nullable Instance, T> operation) {
        List<Change> changes = new ArrayList<>(1);
        T result;
        synchronized (this) {
            Instance before = instances.get(id);
            Phase phaseBefore = before == null ? null : before.phase();
            result = operation.apply(before);
            Instance after = instances.get(id);
            if (after != null) {
                note(id, phaseBefore == null ? unborn() : phaseBefore, after.phase(), changes);
            }
        }
        changes.forEach(announce);
        return result;
    }

    private Phase unborn() {
        return new Gone(clock.instant(), "not known before");
    }

    private static void note(String id, Phase before, Phase after, List<Change> changes) {
        if (before.getClass() != after.getClass()) {
            changes.add(new Change(id, before, after));
        }
    }

    private Instance known(String id, String url) {
        return instances.computeIfAbsent(id, unknown -> new Instance(id, url, config, clock.instant()));
    }

    /// Makes room by forgetting those that are gone and not ours, before it says that there is none.
    private boolean isFull() {
        if (instances.size() >= config.maxInstances()) {
            instances.values().removeIf(instance -> !instance.managed() && instance.phase() instanceof Gone);
        }
        return instances.size() >= config.maxInstances();
    }

    private boolean isLast(Instance one) {
        return one.standing().models().stream()
                .map(ServedModel::id)
                .anyMatch(model -> instances.values().stream()
                        .filter(other -> other != one && other.phase() instanceof Serving)
                        .noneMatch(other -> other.standing().serves(model)));
    }
}
