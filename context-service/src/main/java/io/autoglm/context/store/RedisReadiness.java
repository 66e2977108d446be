package io.autoglm.context.store;

import io.autoglm.redis.RedisCondition;
import io.autoglm.redis.RedisWatch;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/// Ready while Redis takes writes and keeps what was written.
@Readiness
@Singleton
final class RedisReadiness implements HealthCheck {
    private final RedisWatch watch;

    RedisReadiness(RedisWatch watch) {
        this.watch = watch;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder redis = HealthCheckResponse.named("redis");
        return switch (watch.condition()) {
            case RedisCondition.Usable usable ->
                redis.up().withData("appendonly", usable.appendOnly()).build();
            case RedisCondition.Refusing refusing ->
                redis.down()
                        .withData("reason", "takes no writes: " + refusing.why())
                        .build();
            case RedisCondition.Away away ->
                redis.down().withData("reason", "away: " + away.why()).build();
            case RedisCondition.Evicting evicting ->
                redis.down()
                        .withData("reason", "maxmemory-policy " + evicting.policy())
                        .build();
        };
    }
}
