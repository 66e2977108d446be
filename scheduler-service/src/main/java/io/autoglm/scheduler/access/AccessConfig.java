package io.autoglm.scheduler.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/// How services accept one another.
@ConfigMapping(prefix = "autoglm")
public interface AccessConfig {

    /// The secret that every caller must send as `x-autoglm-internal-token`. No default: without it the service
    /// does not start, unless `internal-auth` is `none`.
    Optional<String> internalToken();

    /// `token`, or `none`: everybody who reaches the port is believed, for a network that is trusted by other means,
    /// such as mTLS in a mesh. Default `token`.
    @WithDefault("token")
    String internalAuth();
}
