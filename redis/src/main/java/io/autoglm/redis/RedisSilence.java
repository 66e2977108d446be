package io.autoglm.redis;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// From when on a connection on which nothing comes is closed with all that waits on it, so that one that went
/// silent holds no place in the pool.
///
/// Netty counts from the last byte that came, whether or not something was asked since: a connection may have been
/// quiet for as long as the pool keeps it unused, and then has as long as an operation may take.
@Singleton
final class RedisSilence implements RedisOptionsCustomizer {
    private final Duration operation;

    RedisSilence(RedisConfig config) {
        this.operation = config.timeout();
    }

    @Override
    public void customize(String clientName, RedisOptions options) {
        Duration quiet = Duration.ofMillis((long) options.getPoolRecycleTimeout() + options.getPoolCleanerInterval());
        long seconds = quiet.plus(operation).plus(Duration.ofNanos(999_999_999)).toSeconds();
        options.getNetClientOptions().setIdleTimeoutUnit(TimeUnit.SECONDS).setReadIdleTimeout((int)
                Math.min(seconds, Integer.MAX_VALUE));
    }
}
