package io.autoglm.redis;

import io.autoglm.service.Bounds;
import io.autoglm.service.CannotStart;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/// Knows the condition of Redis. A Redis that evicts stops the start; one that is away or takes no writes
/// does not: the service then does without it as it can, and goes back to it one probe after Redis is back.
@Singleton
public final class RedisWatch {
    private static final Logger LOG = Logger.getLogger(RedisWatch.class);

    private final RedisLink link;
    private final RedisConfig config;
    private final Vertx vertx;
    private final AtomicBoolean probing = new AtomicBoolean();
    /// Written by start and then by probes, which follow one another; read by every event loop.
    private volatile RedisCondition condition = new RedisCondition.Away("it was not asked yet");

    private long timer;

    RedisWatch(RedisLink link, RedisConfig config, Vertx vertx) {
        Bounds.positive("autoglm.redis.probe-interval", config.probeInterval());
        Bounds.notNegative("autoglm.redis.retry-after", config.retryAfter());
        this.link = link;
        this.config = config;
        this.vertx = vertx;
    }

    void start(@Observes @Priority(10) StartupEvent event) {
        RedisCondition found = firstAnswer();
        if (found instanceof RedisCondition.Evicting evicting) {
            throw new CannotStart(
                    "Redis evicts what must be kept (maxmemory-policy " + evicting.policy() + ")",
                    "set maxmemory-policy to noeviction, or maxmemory to 0");
        }
        become(found);
        timer = vertx.setPeriodic(config.probeInterval().toMillis(), id -> probe());
    }

    /// Asked twice, because the first operation of a cold process may take longer than one may.
    private RedisCondition firstAnswer() {
        RedisCondition first = ask().await().indefinitely();
        return first instanceof RedisCondition.Away ? ask().await().indefinitely() : first;
    }

    void stop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(timer);
    }

    public RedisCondition condition() {
        return condition;
    }

    private void probe() {
        if (probing.compareAndSet(false, true)) {
            ask().subscribe().with(found -> {
                become(found);
                probing.set(false);
            });
        }
    }

    /// Never fails, and takes no longer than two operations may.
    private Uni<RedisCondition> ask() {
        return link.info()
                .map(RedisCondition::of)
                .call(found -> found instanceof RedisCondition.Usable
                        ? link.writable()
                        : Uni.createFrom().voidItem())
                .onFailure(RedisFailedException.class)
                .recoverWithItem(e -> RedisCondition.of(((RedisFailedException) e).failure()))
                .onFailure()
                .recoverWithItem(e -> new RedisCondition.Away(
                        "its answer is not understood: " + e.getClass().getSimpleName()));
    }

    private void become(RedisCondition found) {
        RedisCondition before = condition;
        condition = found;
        boolean stillAway = before instanceof RedisCondition.Away && found instanceof RedisCondition.Away;
        if (stillAway || before.equals(found)) {
            return;
        }
        switch (found) {
            case RedisCondition.Usable usable when usable.appendOnly() -> LOG.info("redis is usable appendonly=yes");
            case RedisCondition.Usable usable -> LOG.warn("redis is usable but forgets when it restarts appendonly=no");
            case RedisCondition.Refusing refusing -> LOG.errorf("redis takes no writes reason=\"%s\"", refusing.why());
            case RedisCondition.Away away -> LOG.warnf("redis is away reason=\"%s\"", away.why());
            case RedisCondition.Evicting evicting ->
                LOG.errorf("redis evicts what must be kept policy=%s", evicting.policy());
        }
    }
}
