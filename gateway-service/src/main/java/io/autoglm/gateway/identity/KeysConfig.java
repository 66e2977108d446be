package io.autoglm.gateway.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// API keys. At least one of `autoglm.keys.file` and `autoglm.oidc.issuer` must be set, or the gateway does not start.
@ConfigMapping(prefix = "autoglm.keys")
interface KeysConfig {
    /// A JSON file of hashed keys. Default: none, so no API key is accepted.
    Optional<Path> file();

    /// How often the file is looked at for changes. Default 1 s.
    @WithDefault("1s")
    Duration check();
}
