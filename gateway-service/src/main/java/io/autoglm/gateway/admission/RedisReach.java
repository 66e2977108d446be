package io.autoglm.gateway.admission;

import io.autoglm.gateway.admission.SharedCounts.Presence;
import io.autoglm.redis.RedisFailedException;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/// Whether Redis counts for this gateway, and how many gateways it counts for. The first request that gets no
/// answer closes the way to it, so that no other waits; only the heartbeat, one at a time, opens it again: no
/// request is ever sent to see whether Redis is back. Safe from any thread.
final class RedisReach {
    private static final Logger LOG = Logger.getLogger(RedisReach.class);
    /// Heartbeats that may fail to arrive before a gateway counts no more.
    private static final int MISSED = 5;

    private final SharedCounts shared;
    private final Duration timeout;
    private final Duration life;
    private final Consumer<Boolean> back;
    private final String gateway = UUID.randomUUID().toString();
    private final AtomicBoolean here = new AtomicBoolean();
    private final AtomicBoolean asking = new AtomicBoolean();
    /// Written by heartbeats, which follow one another.
    private volatile int gateways = 1;

    /// @param back called when Redis is there again, with whether it knows nothing of this gateway
    RedisReach(SharedCounts shared, AdmissionConfig config, Consumer<Boolean> back) {
        this.shared = shared;
        this.timeout = config.timeout();
        this.life = config.heartbeat().multipliedBy(MISSED);
        this.back = back;
    }

    /// Without what a client library says besides, addresses among it.
    private static String words(Throwable why) {
        return why instanceof RedisFailedException failed
                ? failed.failure().why()
                : why instanceof TimeoutException
                        ? "it does not answer in time"
                        : why.getClass().getSimpleName();
    }

    boolean isHere() {
        return here.get();
    }

    /// At least 1; while Redis is away, as many as there were last.
    int gateways() {
        return gateways;
    }

    void lost(Throwable why) {
        if (here.compareAndSet(true, false)) {
            LOG.warnf("limits are counted by this gateway alone gateways=%d reason=\"%s\"", gateways, words(why));
        }
    }

    /// What it means the next try and {@link io.autoglm.redis.RedisLink} say.
    static void notRenewed(Throwable why) {
        LOG.debugf("leases were not renewed reason=\"%s\"", words(why));
    }

    /// Waits for the answer; for the start, when nothing is to be held up by it.
    void first() {
        asking.set(true);
        ask().await().indefinitely();
    }

    /// Never fails.
    void beat() {
        if (asking.compareAndSet(false, true)) {
            ask().subscribe().with(told -> {});
        }
    }

    /// Never fails, and takes no longer than Redis may.
    private Uni<Boolean> ask() {
        return shared.present(gateway, life)
                .ifNoItem()
                .after(timeout)
                .fail()
                .map(presence -> {
                    heard(presence);
                    return true;
                })
                .onFailure()
                .recoverWithItem(why -> {
                    asking.set(false);
                    lost(why);
                    return false;
                });
    }

    private void heard(Presence presence) {
        asking.set(false);
        gateways = Math.max(1, presence.count());
        boolean wasAway = here.compareAndSet(false, true);
        if (wasAway) {
            LOG.infof("limits are counted in redis gateways=%d", presence.count());
        }
        if (wasAway || presence.isNew()) {
            back.accept(presence.isNew());
        }
    }
}
