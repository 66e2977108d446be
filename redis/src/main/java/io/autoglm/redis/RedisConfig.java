package io.autoglm.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Where Redis is and how long it is waited for. Everything else of the client is `quarkus.redis.*`.
@ConfigMapping(prefix = "autoglm.redis")
public interface RedisConfig {
    /// `redis://:password@host:port`, `rediss://…` for TLS; several, separated by commas, for Sentinel and
    /// Cluster. Holds a credential and is never logged.
    @WithDefault("redis://127.0.0.1:6379")
    String url();

    /// `standalone`, `sentinel` or `cluster`.
    @WithDefault("standalone")
    String type();

    /// The name of the primary that the Sentinels watch.
    @WithDefault("mymaster")
    String masterName();

    /// How long one operation may take, connecting included, before it is refused with 503. Default 1 s: less
    /// than the 2 s that a gateway waits, so that it hears the refusal.
    @WithDefault("1s")
    Duration timeout();

    /// How often Redis is asked for its condition.
    @WithDefault("1s")
    Duration probeInterval();

    /// What `Retry-After` says while Redis is away; at least one second.
    @WithDefault("1s")
    Duration retryAfter();
}
