package io.autoglm.scheduler.registry;

import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.ModelLoad;
import io.autoglm.protocol.placement.ServedModel;
import io.autoglm.scheduler.registry.Phase.Alive;
import io.autoglm.scheduler.registry.Phase.Draining;
import io.autoglm.scheduler.registry.Phase.Ejected;
import io.autoglm.scheduler.registry.Phase.Gone;
import io.autoglm.scheduler.registry.Phase.Preparing;
import io.autoglm.scheduler.registry.Phase.Ready;
import io.autoglm.scheduler.registry.Phase.Serving;
import io.autoglm.scheduler.registry.Phase.Starting;
import io.autoglm.scheduler.registry.Phase.Suspect;
import io.autoglm.scheduler.registry.Phase.Warming;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One instance and the evidence for and against it. Not thread-safe: guarded by its {@link Registry}.
///
/// 1. What it says of itself is believed, with one exception: an ejected instance that says it is ready stays
///    ejected until a probe passes, and none counts before its time has come. One that starts, warms up or drains in
///    between has begun anew, and is believed when it then says that it is ready.
/// 2. A new incarnation starts with a clean record.
/// 3. Gone is final for a process: only a later report, or a new process, undoes it.
final class Instance {
    private final String id;
    private final RegistryConfig config;
    private final FailureWindow failures;

    private Phase phase;
    private @Nullable InstanceReport report;
    private Instant heardAt;
    private Engines engines;
    private Instant answeredAt = Instant.MIN;
    /// When a probe was last told to come back; the next one leaves it alone for as long as after an answer.
    private Instant askedAt = Instant.MIN;
    private int failedProbes;
    private int probes;
    private @Nullable String formerIncarnation;
    private boolean cordoned;

    private boolean managed;
    private String url;
    /// The one that the lifecycle knows; what a report says counts only without it, for a launcher may stand between.
    private long pid;
    private int restarts;
    private List<ServedModel> models = List.of();
    /// Its process has said what it serves, be it nothing; until then what the one before it served is
    /// believed to come back.
    private boolean named;

    Instance(String id, String url, RegistryConfig config, Instant now) {
        this.id = id;
        this.url = url;
        this.config = config;
        this.failures = new FailureWindow(config.maxFails(), config.failTimeout());
        this.phase = new Starting(now, "no report yet");
        this.heardAt = now;
        this.engines = Engines.none(now);
    }

    Phase phase() {
        return phase;
    }

    boolean managed() {
        return managed;
    }

    boolean isForgettable(Instant now) {
        return !managed
                && phase instanceof Gone gone
                && !gone.since().plus(config.forgetAfter()).isAfter(now);
    }

    Standing standing() {
        InstanceReport last = report;
        boolean counted = last != null && !(phase instanceof Gone);
        return new Standing(
                id,
                url,
                pid,
                phase,
                models,
                last == null ? "" : last.engine(),
                last == null ? 0 : last.slots(),
                counted ? Objects.requireNonNull(last).running() : 0,
                counted ? Objects.requireNonNull(last).queued() : 0,
                restarts,
                last != null);
    }

    // ---- what it says of itself

    Registration heard(InstanceReport said, Instant now) {
        boolean restarted = report == null || !report.incarnation().equals(said.incarnation());
        if (restarted && said.incarnation().equals(formerIncarnation)) {
            return new Registration.Outdated();
        }
        if (restarted) {
            formerIncarnation = report == null ? null : report.incarnation();
            forgiveAll(now);
        }
        report = said;
        heardAt = now;
        url = said.url();
        if (!managed) {
            pid = said.pid();
        }
        named = named || !said.models().isEmpty() || said.state() == InstanceState.READY;
        if (named) {
            models = said.models();
        }
        Engines before = engines;
        engines = engines.seen(said, now);
        if (engines.movedAt().isAfter(before.movedAt())) {
            answeredAt = now;
        }
        phase = judged(said, now);
        return new Registration.Accepted(restarted);
    }

    private void forgiveAll(Instant now) {
        failures.clear();
        failedProbes = 0;
        cordoned = false;
        named = false;
        engines = Engines.none(now);
        answeredAt = Instant.MIN;
        askedAt = Instant.MIN;
        if (phase instanceof Alive alive && !(phase instanceof Starting)) {
            phase = alive.gone("replaced by a new process", now).back(null, now);
        }
    }

    private Phase judged(InstanceReport said, Instant now) {
        Alive alive = switch (phase) {
            case Gone gone when said.state() == InstanceState.GONE -> null;
            case Gone gone -> gone.back(said.reason(), now);
            case Alive living -> living;
        };
        if (alive == null) {
            return phase;
        }
        return switch (said.state()) {
            case STARTING ->
                alive instanceof Starting starting ? starting.because(said.reason()) : new Starting(now, said.reason());
            case WARMING ->
                switch (alive) {
                    case Warming warming -> warming.because(said.reason());
                    case Starting starting -> starting.warming(said.reason(), now);
                    case Alive other -> new Warming(now, said.reason());
                };
            case READY -> saysReady(alive, said, now);
            case EJECTED ->
                alive instanceof Serving serving
                        ? serving.ejected(selfSaid(said, "it is unwell"), now, now.plus(config.failTimeout()))
                        : alive;
            case DRAINING -> alive instanceof Draining ? alive : alive.draining(said.reason(), now);
            case GONE -> alive.gone(selfSaid(said, "it has ended"), now);
        };
    }

    private static String selfSaid(InstanceReport said, String otherwise) {
        return said.reason() == null ? otherwise : said.reason();
    }

    private Phase saysReady(Alive alive, InstanceReport said, Instant now) {
        if (cordoned) {
            return alive instanceof Draining ? alive : alive.draining("drained by an operator", now);
        }
        Phase ready = switch (alive) {
            case Preparing preparing -> preparing.ready(now);
            case Ready same -> same;
            case Suspect suspect -> suspect.trusted(now);
            case Ejected ejected -> ejected;
            case Draining draining -> draining.resumed(now);
        };
        return ready instanceof Serving serving ? withoutDefect(serving, said, now) : ready;
    }

    private Phase withoutDefect(Serving serving, InstanceReport said, Instant now) {
        Long free = said.acceleratorFreeBytes();
        long floor = config.acceleratorFloor().asLongValue();
        if (free != null && free < floor) {
            String reason =
                    "free accelerator memory is " + (free >> 20) + " MiB, the floor is " + (floor >> 20) + " MiB";
            return serving.ejected(reason, now, now.plus(config.failTimeout()));
        }
        return stalled(now) ? serving.ejected(stallReason(said), now, now.plus(config.failTimeout())) : serving;
    }

    private boolean stalled(Instant now) {
        InstanceReport last = report;
        return last != null && engines.stalled(last, config.stalledAfter(), now);
    }

    private String stallReason(InstanceReport said) {
        return "the engine has made no step for " + seconds(config.stalledAfter()) + " with " + said.running()
                + " running";
    }

    // ---- what others find

    /// A gateway saw it fail. Where it tells its models apart and only one of them fails, that one says so
    /// itself, and the others go on: then too only a probe may eject it.
    ///
    /// @param model that was asked for
    /// @param last  it is the only one left for one of its models: then only a probe may eject it, as nginx
    ///              does not count failures of a sole server
    void failed(String model, boolean last, Instant now) {
        boolean full = failures.add(model, now);
        boolean ofOneAmongOthers = failures.isOfOneModel() && tellsModelsApart();
        if (full && !last && !ofOneAmongOthers && phase instanceof Serving serving) {
            String reason = config.maxFails() + " requests failed within " + seconds(config.failTimeout());
            phase = serving.ejected(reason, now, now.plus(config.failTimeout()));
            failures.clear();
        }
    }

    private boolean tellsModelsApart() {
        return models.size() > 1 && models.stream().allMatch(model -> model.load() != null);
    }

    /// A probe was answered. One that comes before the ejection's time is over, because it was under way when the
    /// instance was ejected, does not end it.
    void passed(String incarnation, Instant now) {
        if (!is(incarnation)) {
            return;
        }
        failedProbes = 0;
        answeredAt = now;
        if (phase instanceof Ejected ejected && !now.isBefore(ejected.probeAt()) && !belowFloor()) {
            failures.clear();
            engines = Engines.none(now);
            phase = ejected.returned(now);
        }
    }

    /// A probe was told to come back: that speaks neither for it nor against it, and asking again at once would only
    /// add to what it has to do.
    void busy(String incarnation, Instant now) {
        if (!is(incarnation)) {
            return;
        }
        askedAt = now;
        if (phase instanceof Ejected ejected) {
            phase = ejected.still(ejected.reason(), now.plus(config.failTimeout()));
        }
    }

    /// A probe was not answered.
    ///
    /// @param certain nothing listens there: one finding is enough
    void refused(String incarnation, String reason, boolean certain, Instant now) {
        if (!is(incarnation)) {
            return;
        }
        failedProbes++;
        if (phase instanceof Ejected ejected) {
            phase = ejected.still(reason, now.plus(config.failTimeout()));
        } else if (phase instanceof Serving serving && (certain || failedProbes >= config.maxFailedProbes())) {
            phase = serving.ejected(reason, now, now.plus(config.failTimeout()));
        }
    }

    private boolean is(String incarnation) {
        return report != null && report.incarnation().equals(incarnation);
    }

    private boolean belowFloor() {
        Long free = report == null ? null : report.acceleratorFreeBytes();
        return free != null && free < config.acceleratorFloor().asLongValue();
    }

    /// Time has passed.
    void aged(Instant now) {
        Duration silent = Duration.between(heardAt, now);
        boolean gone = silent.compareTo(config.goneAfter()) > 0;
        switch (phase) {
            // Its own process may take long until its first report; its exit is what says that it is gone.
            case Starting starting when managed && report == null -> {}
            case Alive alive when gone -> phase = alive.gone("no report for " + seconds(config.goneAfter()), now);
            case Ready ready
            when silent.compareTo(config.suspectAfter()) > 0 ->
                phase = ready.suspect("no report for " + seconds(config.suspectAfter()), now);
            case Alive alive -> {}
            case Gone longSince -> {}
        }
    }

    boolean wantsProbe(Instant now) {
        return switch (phase) {
            case Ejected ejected -> !ejected.probeAt().isAfter(now);
            case Suspect suspect -> false;
            case Ready ready -> isLongSince(askedAt, now) && (failedProbes > 0 || isLongSince(quietSince(), now));
            case Starting starting -> false;
            case Warming warming -> false;
            case Draining draining -> false;
            case Gone gone -> false;
        };
    }

    private boolean isLongSince(Instant then, Instant now) {
        return !then.plus(config.idleProbeEvery()).isAfter(now);
    }

    private Instant quietSince() {
        return answeredAt.isAfter(phase.since()) ? answeredAt : phase.since();
    }

    /// Asks one model after the other, of those that do not say themselves that they fail.
    @Nullable
    ProbeTarget probeTarget() {
        InstanceReport last = report;
        if (last == null || phase instanceof Gone) {
            return null;
        }
        List<ServedModel> sound =
                last.models().stream().filter(Instance::isSound).toList();
        List<ServedModel> asked = sound.isEmpty() ? last.models() : sound;
        String model = asked.isEmpty()
                ? null
                : asked.get(Math.floorMod(probes++, asked.size())).id();
        return new ProbeTarget(id, url, last.incarnation(), model, last.steps());
    }

    private static boolean isSound(ServedModel model) {
        ModelLoad load = model.load();
        return load == null || load.failure() == null;
    }

    long steps() {
        return report == null ? 0 : report.steps();
    }

    void drained(Instant now) {
        cordoned = true;
        if (phase instanceof Alive alive && !(alive instanceof Draining)) {
            phase = alive.draining("drained by an operator", now);
        }
    }

    /// @return false when it was not drained by an operator
    boolean resumed(Instant now) {
        boolean was = cordoned;
        cordoned = false;
        if (was && phase instanceof Draining draining && report != null && report.state() == InstanceState.READY) {
            phase = draining.resumed(now);
        }
        return was;
    }

    boolean left(@Nullable String incarnation, Instant now) {
        if (incarnation != null && !is(incarnation)) {
            return false;
        }
        if (phase instanceof Alive alive) {
            phase = alive.gone("it has left", now);
        }
        return true;
    }

    // ---- what the lifecycle knows of its process

    void launched(String at, long newPid, int restartCount, Instant now) {
        managed = true;
        url = at;
        pid = newPid;
        restarts = restartCount;
        formerIncarnation = report == null ? formerIncarnation : report.incarnation();
        report = null;
        forgiveAll(now);
        heardAt = now;
        phase = new Starting(now, "the process is up, no report yet");
    }

    void adopted(String at, long knownPid, Instant now) {
        managed = true;
        if (report == null) {
            url = at;
            pid = knownPid;
            heardAt = now;
            phase = new Starting(now, "adopted, no report yet");
        }
    }

    void exited(long endedPid, String reason, Instant now) {
        managed = true;
        if (pid != endedPid && pid != 0) {
            return;
        }
        phase = new Gone(now, reason);
        pid = 0;
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}
