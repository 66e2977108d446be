package io.autoglm.gateway.placement;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Where the scheduler is and how long it is waited for.
@ConfigMapping(prefix = "autoglm.scheduler")
interface PlacementConfig {
    /// Base URL. Default `http://127.0.0.1:8081`.
    @WithDefault("http://127.0.0.1:8081")
    String url();

    /// How long one call may take. Default 500 ms; a lease takes about one.
    @WithDefault("500ms")
    Duration timeout();

    /// How often the list of instances is fetched. Default 1 s.
    @WithDefault("1s")
    Duration snapshotInterval();

    /// After so many calls of which half failed, the scheduler is not asked for {@link #retryAfter()}. Default 4 calls.
    @WithDefault("4")
    int breakerVolume();

    /// How long it is left alone before the next try. Default 1 s.
    @WithDefault("1s")
    Duration retryAfter();
}
