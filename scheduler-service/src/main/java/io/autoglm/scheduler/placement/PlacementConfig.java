package io.autoglm.scheduler.placement;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// How much is put on an instance.
@ConfigMapping(prefix = "autoglm.placement")
public interface PlacementConfig {

    /// Requests running and waiting that an instance may have per slot; above it the request is refused with 503
    /// instead of waiting in a line that long. Default 32.
    @WithDefault("32")
    int maxRequestsPerSlot();

    /// Alternatives named in a lease. Default 3.
    @WithDefault("3")
    int maxAlternatives();
}
