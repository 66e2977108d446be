package io.autoglm.gateway.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How limits are counted. The limits themselves stand with each API key and tenant, or under `autoglm.oidc`.
@ConfigMapping(prefix = "autoglm.admission")
public interface AdmissionConfig {
    /// Callers whose use is counted at once. Default 100,000. Callers beyond it are told to come back, not let in
    /// uncounted.
    @WithDefault("100000")
    int maxAccounts();

    /// How long Redis may take to decide on a request; after it, and until Redis answers again, each gateway
    /// counts for itself. Default 500 ms.
    @WithDefault("500ms")
    Duration timeout();

    /// How often Redis is asked whether it is there, and told that this gateway is. Default 1 s.
    @WithDefault("1s")
    Duration heartbeat();

    /// How long a request counts as open that nobody speaks for: those of a gateway that died are forgotten
    /// after it. Default 30 s.
    @WithDefault("30s")
    Duration lease();

    /// Requests whose cost is still to be added to what their tenant has spent, while Redis is away. Default
    /// 10,000; beyond it the oldest are lost, and counted as such.
    @WithDefault("10000")
    int maxUnsettled();
}
