package io.autoglm.redis;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/// Says that operations fail, but not for each of thousands: one line in a while, with the number of those
/// since the last. Used by event loops at once.
final class FailureLog {
    private static final Logger LOG = Logger.getLogger(FailureLog.class);
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final Clock clock;
    private final AtomicLong notBefore = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong since = new AtomicLong();

    FailureLog(Clock clock) {
        this.clock = clock;
    }

    /// @return whether a line was written
    boolean failed(String operation, RedisFailure failure) {
        since.incrementAndGet();
        long now = clock.millis();
        long due = notBefore.get();
        if (now < due || !notBefore.compareAndSet(due, now + EVERY.toMillis())) {
            return false;
        }
        String how = failure instanceof RedisFailure.Refused ? "refuses" : "is away";
        LOG.warnf("redis %s operation=%s reason=\"%s\" failures=%d", how, operation, failure.why(), since.getAndSet(0));
        return true;
    }
}
