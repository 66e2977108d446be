package io.autoglm.gateway.queue;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How many requests of each class may wait at one gateway for each model, and how long. The defaults are those
/// of SMG, the Shepherd Model Gateway.
@ConfigMapping(prefix = "autoglm.queue")
interface QueueConfig {
    /// Requests of the class `interactive` that wait at once. Default 256.
    @WithDefault("256")
    int interactiveSize();

    /// The longest that one of them waits. Default 30 s.
    @WithDefault("30s")
    Duration interactiveTimeout();

    /// How long one waits before its class has every second turn. Default 5 s.
    @WithDefault("5s")
    Duration interactiveStarvation();

    /// Requests of the class `default` that wait at once. Default 512.
    @WithDefault("512")
    int defaultSize();

    /// The longest that one of them waits. Default 60 s.
    @WithDefault("60s")
    Duration defaultTimeout();

    /// How long one waits before its class has every second turn. Default 30 s.
    @WithDefault("30s")
    Duration defaultStarvation();

    /// Requests of the class `bulk` that wait at once. Default 1,024.
    @WithDefault("1024")
    int bulkSize();

    /// The longest that one of them waits. Default 300 s.
    @WithDefault("300s")
    Duration bulkTimeout();

    /// How long one waits before its class has every second turn. Default 120 s.
    @WithDefault("120s")
    Duration bulkStarvation();
}
