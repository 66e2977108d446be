package io.autoglm.redis;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.net.URL;
import java.time.Clock;
import java.util.Map;

/// A link to Redis outside of a service, with the settings that a service has.
public final class ShippedLink {
    private ShippedLink() {}

    public static RedisLink to(String url, Vertx vertx, MeterRegistry metrics) throws IOException {
        URL shipped = RedisLink.class.getResource("/META-INF/microprofile-config.properties");
        SmallRyeConfig settings = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(RedisConfig.class)
                .withSources(
                        new PropertiesConfigSource(shipped),
                        new PropertiesConfigSource(Map.of("autoglm.redis.url", url), "bench", 500))
                .build();
        RedisConfig config = settings.getConfigMapping(RedisConfig.class);
        RedisOptions options = new RedisOptions()
                .setConnectionString(url)
                .setMaxPoolSize(settings.getValue("quarkus.redis.max-pool-size", Integer.class))
                .setMaxPoolWaiting(settings.getValue("quarkus.redis.max-pool-waiting", Integer.class));
        new RedisSilence(config).customize("bench", options);
        Redis client = Redis.createClient(new io.vertx.mutiny.core.Vertx(vertx), options);
        return new RedisLink(client, config, metrics, Clock.systemUTC());
    }
}
