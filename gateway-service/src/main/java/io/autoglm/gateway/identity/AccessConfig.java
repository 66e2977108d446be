package io.autoglm.gateway.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Who administers the platform.
@ConfigMapping(prefix = "autoglm.admin")
interface AccessConfig {
    /// The tenant whose callers have their roles in every tenant: its admins administer all of them, and make
    /// and change them.
    @WithDefault("system")
    String tenant();
}
