package io.autoglm.gateway.directory;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// API keys. At least one of `autoglm.keys.file`, `autoglm.keys.pepper` and an OIDC issuer must be set, or
/// the gateway does not start.
@ConfigMapping(prefix = "autoglm.keys")
public interface KeysConfig {
    /// A JSON file of hashed keys. Default: none.
    Optional<Path> file();

    /// How often the file is looked at for changes. Default 1 s.
    @WithDefault("1s")
    Duration check();

    /// The secret without which hashes of keys in Redis are worth nothing; the same on all gateways, at least
    /// 32 characters. Default: none, so the admin API makes no keys. Keys made with another one are not
    /// valid.
    Optional<String> pepper();

    /// How long what Redis said of a key or a tenant is believed before it is asked again. Default 500 ms. A
    /// revocation is in force everywhere after that and one round trip.
    @WithDefault("500ms")
    Duration trustedFor();

    /// How long it is believed while Redis is away; after that a key is refused with 503. Default 10 min.
    @WithDefault("10m")
    Duration staleFor();

    /// Keys that a gateway remembers; those used longest ago are forgotten first. Default 20,000.
    @WithDefault("20000")
    int maxRemembered();

    /// Keys of one tenant, revoked ones among them. Default 10,000.
    @WithDefault("10000")
    int maxPerTenant();

    /// How long a revoked key stays listed. Default 365 d.
    @WithDefault("365d")
    Duration keepRevoked();

    /// How often, at most, a gateway notes that a key was used. Default 1 min.
    @WithDefault("1m")
    Duration noteUse();
}
