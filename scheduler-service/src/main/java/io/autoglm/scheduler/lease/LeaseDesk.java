package io.autoglm.scheduler.lease;

import io.autoglm.protocol.placement.InstanceList;
import io.autoglm.protocol.placement.InstanceView;
import io.autoglm.protocol.placement.Lease;
import io.autoglm.protocol.placement.LeaseOutcome;
import io.autoglm.protocol.placement.LeaseRequest;
import io.autoglm.scheduler.health.Patrol;
import io.autoglm.scheduler.lease.LeaseBook.Answer;
import io.autoglm.scheduler.lease.LeaseBook.Return;
import io.autoglm.scheduler.placement.Candidate;
import io.autoglm.scheduler.placement.Placement;
import io.autoglm.scheduler.placement.PlacementConfig;
import io.autoglm.scheduler.placement.Placer;
import io.autoglm.scheduler.registry.Change;
import io.autoglm.scheduler.registry.Phase;
import io.autoglm.scheduler.registry.Registry;
import io.autoglm.scheduler.registry.Standing;
import io.autoglm.scheduler.time.SleeplessClock;
import io.autoglm.service.Bounds;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Where leases are asked for and given back: joins the book with what is known of the instances, and passes on
/// what a gateway learned about them.
@Singleton
public final class LeaseDesk {
    private static final Logger LOG = Logger.getLogger(LeaseDesk.class);
    private static final long EXPIRE_EVERY_MILLIS = 1000;

    private final Registry registry;
    private final Patrol patrol;
    private final Placer placer;
    private final LeaseBook book;
    private final LeaseConfig config;
    private final Vertx vertx;
    private final MeterRegistry meters;
    /// Written by start only.
    private volatile long timer = -1;

    LeaseDesk(
            Registry registry,
            Patrol patrol,
            PlacementConfig placement,
            LeaseConfig config,
            SleeplessClock clock,
            Vertx vertx,
            MeterRegistry meters) {
        this.registry = registry;
        this.patrol = patrol;
        this.placer = new Placer(placement);
        this.config = checked(config);
        this.book = new LeaseBook(clock, config.max());
        this.vertx = vertx;
        this.meters = meters;
        meters.gauge("autoglm.leases.out", book, LeaseBook::size);
    }

    static LeaseConfig checked(LeaseConfig config) {
        String prefix = "autoglm.lease.";
        Bounds.positive(prefix + "default-age", config.defaultAge());
        Bounds.ordered(prefix + "default-age", config.defaultAge(), prefix + "max-age", config.maxAge());
        Bounds.notNegative(prefix + "grace", config.grace());
        Bounds.atLeast(prefix + "max", config.max(), 1);
        return config;
    }

    void start(@Observes StartupEvent event) {
        timer = vertx.setPeriodic(EXPIRE_EVERY_MILLIS, id -> expire());
    }

    void stop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(timer);
    }

    private void expire() {
        int expired = book.expire();
        if (expired > 0) {
            LOG.warnf("leases expired count=%d", expired);
            meters.counter("autoglm.leases.expired").increment(expired);
        }
    }

    /// @param callerWaits how long the caller will still wait; null where it does not say
    public Answer lease(LeaseRequest request, @Nullable Duration callerWaits) {
        Answer answer = book.lease(request.model(), age(callerWaits), inFlight -> place(request, inFlight));
        meters.counter("autoglm.leases.asked", "result", result(answer)).increment();
        return answer;
    }

    private Duration age(@Nullable Duration callerWaits) {
        Duration wanted = callerWaits == null ? config.defaultAge() : callerWaits.plus(config.grace());
        return wanted.compareTo(config.maxAge()) < 0 ? wanted : config.maxAge();
    }

    private Placement place(LeaseRequest request, LeaseBook.InFlight inFlight) {
        List<Candidate> known = registry.all().stream()
                .map(standing -> new Candidate(standing, inFlight(standing, request.model(), inFlight)))
                .toList();
        long seed = ThreadLocalRandom.current().nextLong();
        return placer.place(request, known, registry.isSettling(), seed);
    }

    private static int inFlight(Standing standing, String model, LeaseBook.InFlight inFlight) {
        return standing.load(model).isPresent() ? inFlight.on(standing.id(), model) : inFlight.on(standing.id());
    }

    public Return giveBack(String id, LeaseOutcome outcome) {
        Return given = book.giveBack(id);
        if (given instanceof Return.Ended ended) {
            learn(ended, outcome);
        }
        return given;
    }

    private void learn(Return.Ended ended, LeaseOutcome outcome) {
        Lease lease = ended.lease();
        meters.counter("autoglm.leases.ended", "result", outcome.result().name().toLowerCase(Locale.ROOT))
                .increment();
        String failed = outcome.failed();
        if (failed == null && outcome.result() == LeaseOutcome.Result.FAILED) {
            failed = lease.instance().id();
        }
        if (failed != null) {
            LOG.infof("request failed on instance=%s lease=%s", failed, lease.id());
            registry.failed(failed, ended.model()).ifPresent(patrol::probe);
        }
    }

    /// Leases on a process that has ended mean nothing for the one that follows it.
    void instanceChanged(@Observes Change change) {
        if (change.to() instanceof Phase.Gone) {
            int lost = book.lost(change.id());
            if (lost > 0) {
                LOG.infof("leases lost with instance=%s count=%d", change.id(), lost);
            }
        }
    }

    /// All instances with the leases that are out on them.
    public InstanceList instances() {
        // Asked before the list is made: a list that is whole may be called settling, never the other way round.
        boolean settling = registry.isSettling();
        List<InstanceView> views = registry.all().stream()
                .map((Standing standing) -> standing.view(book.inFlight(standing.id())))
                .toList();
        return new InstanceList(views, settling);
    }

    private static String result(Answer answer) {
        return switch (answer) {
            case Answer.Granted granted -> "granted";
            case Answer.Refused refused -> "no_capacity";
            case Answer.Settling settling -> "settling";
            case Answer.Unknown unknown -> "unknown_model";
        };
    }
}
