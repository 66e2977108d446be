package io.autoglm.gateway.admission;

import io.autoglm.gateway.admission.Reservation.Counted;
import io.autoglm.gateway.counting.LocalCounts;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.quota.Bill;
import io.autoglm.gateway.quota.Claim;
import io.autoglm.gateway.quota.RateHeaders;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.gateway.quota.Verdict;
import io.autoglm.redis.RedisLink;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Admits requests by all limits of their caller, its tenant and the model, over all gateways.
///
/// Redis decides. This gateway counts along, and decides by itself while Redis is away: by the limits divided by
/// the number of gateways there were last, rounded up. While that stays so, all gateways together let in no more
/// than the limit and one request for each gateway; in a window in which Redis goes, or comes back
/// empty, at most the limit once more for each. What was spent is told to Redis afterwards. Safe from any thread.
@Singleton
public final class Admission {
    private final SharedCounts shared;
    private final LocalCounts local;
    private final RedisReach reach;
    private final OpenLeases leases;
    private final Unsettled unsettled;
    private final Prices prices;
    private final AdmissionMetrics metrics;
    private final Vertx vertx;
    private final AdmissionConfig config;
    private final List<Long> timers = new ArrayList<>();

    @Inject
    Admission(
            RedisLink redis,
            AdmissionConfig config,
            Prices prices,
            AdmissionMetrics metrics,
            Clock clock,
            Vertx vertx) {
        this.config = config;
        this.shared = new SharedCounts(redis, config.lease());
        this.local = new LocalCounts(config.maxAccounts(), () -> TimeUnit.MILLISECONDS.toMicros(clock.millis()));
        this.reach = new RedisReach(shared, config, this::back);
        this.leases = new OpenLeases(shared);
        this.unsettled = new Unsettled(shared, config.maxUnsettled(), metrics);
        this.prices = prices;
        this.metrics = metrics;
        this.vertx = vertx;
        metrics.away(reach, it -> it.isHere() ? 0 : 1);
        metrics.gateways(reach, RedisReach::gateways);
    }

    void start(@Observes StartupEvent event) {
        begin();
    }

    void stop(@Observes ShutdownEvent event) {
        end();
    }

    void begin() {
        reach.first();
        every(config.heartbeat(), () -> {
            reach.beat();
            // Each time, as one that failed would else wait until Redis goes and comes again.
            if (reach.isHere()) {
                unsettled.tell();
            }
        });
        every(config.lease().dividedBy(3), () -> {
            if (reach.isHere()) {
                leases.renew(true);
            }
        });
    }

    void end() {
        timers.forEach(vertx::cancelTimer);
    }

    private void every(Duration period, Runnable what) {
        timers.add(vertx.setPeriodic(Math.max(1, period.toMillis()), id -> what.run()));
    }

    /// What a request is to be counted by.
    ///
    /// @param model empty where the request names none
    public Claim claim(Caller caller, String requestId, String model, Tokens estimate) {
        return Claims.of(caller, requestId, model, estimate);
    }

    /// Never fails, and takes no longer than Redis may; completed on the caller's context.
    public Future<Outcome> admit(Claim claim, String model) {
        if (claim.isUnlimited()) {
            metrics.admitted();
            return Future.succeededFuture(new Outcome.Admitted(
                    new Reservation(this, claim, claim, model, Counted.BY_NOBODY), RateHeaders.NONE, false));
        }
        Claim share = Claims.share(claim, reach.gateways());
        if (!reach.isHere()) {
            return Future.succeededFuture(decideHere(claim, share, model));
        }
        return Future.fromCompletionStage(
                shared.admit(claim)
                        .ifNoItem()
                        .after(config.timeout())
                        .fail()
                        .map(verdict -> decided(claim, share, model, verdict))
                        .onFailure()
                        .invoke(reach::lost)
                        .onFailure()
                        .recoverWithItem(away -> decideHere(claim, share, model))
                        .subscribeAsCompletionStage(),
                vertx.getOrCreateContext());
    }

    private Outcome decided(Claim claim, Claim share, String model, Verdict verdict) {
        metrics.decidedByRedis();
        return switch (verdict) {
            case Verdict.Admitted admitted -> {
                boolean noted = local.note(share);
                Reservation reservation =
                        new Reservation(this, claim, share, model, noted ? Counted.BY_ALL : Counted.BY_REDIS);
                leases.add(reservation);
                yield admitted(reservation, admitted, false);
            }
            case Verdict.Refused refused -> refused(refused, false);
        };
    }

    private Outcome decideHere(Claim claim, Claim share, String model) {
        metrics.decidedHere();
        return switch (local.admit(share)) {
            case Verdict.Admitted admitted ->
                admitted(new Reservation(this, claim, share, model, Counted.BY_GATEWAY), admitted, true);
            case Verdict.Refused refused -> refused(refused, true);
        };
    }

    private Outcome admitted(Reservation reservation, Verdict.Admitted verdict, boolean here) {
        metrics.admitted();
        return new Outcome.Admitted(reservation, new RateHeaders(verdict.allowances()), here);
    }

    private Outcome refused(Verdict.Refused refused, boolean here) {
        metrics.shed(refused.limit());
        return new Outcome.Refused(refused, here);
    }

    void settle(Reservation reservation, Tokens real) {
        leases.remove(reservation);
        Bill bill = prices.bill(reservation.model(), real);
        Claim claim = reservation.claim();
        boolean here = reach.isHere();
        switch (reservation.counted()) {
            // While Redis is away, this gateway alone sums up what is spent.
            case BY_ALL -> local.settle(reservation.share(), real, here ? null : bill);
            case BY_GATEWAY -> local.settle(reservation.share(), real, bill);
            case BY_REDIS, BY_NOBODY -> {}
        }
        if (!here) {
            unsettled.add(claim, bill);
            return;
        }
        Claim known = reservation.counted() == Counted.BY_GATEWAY ? Claims.spendingOf(claim) : claim;
        shared.settle(known, bill).subscribe().with(expenses -> local.spent(claim.tenant(), expenses), away -> {
            reach.lost(away);
            unsettled.add(claim, bill);
        });
    }

    private void back(boolean forgotten) {
        leases.renew(!forgotten);
    }
}
