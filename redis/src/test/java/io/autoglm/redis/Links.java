package io.autoglm.redis;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.time.Clock;
import java.time.Duration;

/// Links to a Redis for tests that run without a container, with the pool that the services have.
public final class Links {
    private Links() {}

    public static RedisLink to(String url, Duration timeout, Vertx vertx, MeterRegistry metrics) {
        RedisOptions options = new RedisOptions()
                .setConnectionString(url)
                .setMaxPoolSize(16)
                .setMaxPoolWaiting(2048)
                .setPoolRecycleTimeout(2_000)
                .setPoolCleanerInterval(500);
        RedisConfig config = new RedisConfig() {
            @Override
            public String url() {
                return url;
            }

            @Override
            public String type() {
                return "standalone";
            }

            @Override
            public String masterName() {
                return "mymaster";
            }

            @Override
            public Duration timeout() {
                return timeout;
            }

            @Override
            public Duration probeInterval() {
                return Duration.ofSeconds(1);
            }

            @Override
            public Duration retryAfter() {
                return Duration.ofSeconds(1);
            }
        };
        new RedisSilence(config).customize("default", options);
        Redis client = Redis.createClient(new io.vertx.mutiny.core.Vertx(vertx), options);
        return new RedisLink(client, config, metrics, Clock.systemUTC());
    }
}
