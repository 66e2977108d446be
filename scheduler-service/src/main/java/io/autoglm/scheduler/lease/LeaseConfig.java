package io.autoglm.scheduler.lease;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How long leases live and how many there may be.
@ConfigMapping(prefix = "autoglm.lease")
public interface LeaseConfig {

    /// How long a lease lives when nobody gives it back and its caller did not say how long it waits. Default
    /// 10 min. One that says so (`x-autoglm-timeout-ms`) gets that long, and `grace` on top.
    @WithDefault("10m")
    Duration defaultAge();

    /// The longest any lease lives when nobody gives it back. Default 1 h. Keep it above the gateways'
    /// `autoglm.chat.timeout`, or requests that long stop counting before they end.
    @WithDefault("1h")
    Duration maxAge();

    /// Time to give a lease back after its caller stopped waiting. Default 5 s.
    @WithDefault("5s")
    Duration grace();

    /// Leases out at once; a further one is refused with 503. Default 100000.
    @WithDefault("100000")
    int max();
}
