package io.autoglm.scheduler.lease;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How long leases live and how many there may be.
@ConfigMapping(prefix = "autoglm.lease")
public interface LeaseConfig {

    /// The longest a lease lives when nobody gives it back. Default 10 min. A request that says how long its caller
    /// waits (`x-autoglm-timeout-ms`) gets that long, and `grace` on top.
    @WithDefault("10m")
    Duration maxAge();

    /// Time to give a lease back after its caller stopped waiting. Default 5 s.
    @WithDefault("5s")
    Duration grace();

    /// Leases out at once; a further one is refused with 503. Default 100000.
    @WithDefault("100000")
    int max();
}
