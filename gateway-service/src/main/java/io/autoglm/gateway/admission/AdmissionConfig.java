package io.autoglm.gateway.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// The limits themselves stand with each API key, or under `autoglm.oidc`.
@ConfigMapping(prefix = "autoglm.admission")
interface AdmissionConfig {
    /// Callers whose use is counted at once. Default 100,000. Callers beyond it are told to come back, not let in
    /// uncounted.
    @WithDefault("100000")
    int maxAccounts();
}
