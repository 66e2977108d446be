package io.autoglm.gateway.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/// Bearer tokens of an OpenID Connect issuer: JWTs checked by its published keys.
@ConfigMapping(prefix = "autoglm.oidc")
interface OidcConfig {
    /// The issuer's URL, below which `/.well-known/openid-configuration` is found. Default: none, so no token is
    /// accepted.
    Optional<String> issuer();

    /// Accepted `aud` values. Default: none, so the audience is not looked at; set it in production.
    Optional<List<String>> audience();

    /// Path to the claim that holds the roles; `/` separates levels. Default `roles`; for Keycloak
    /// `realm_access/roles`.
    @WithDefault("roles")
    String rolesClaim();

    /// The claim that names the tenant. Default `tenant`.
    @WithDefault("tenant")
    String tenantClaim();

    /// The tenant of tokens without that claim. Default: none, so such a token is refused with 403.
    Optional<String> defaultTenant();

    /// The role a token must carry to use `/v1`. Default `user`. API keys carry it unless their entry says otherwise.
    @WithDefault("user")
    String requiredRole();

    /// Requests a minute of each subject. Default 600.
    @WithDefault("600")
    int requestsPerMinute();

    /// Requests at once of each subject. Default 64.
    @WithDefault("64")
    int maxConcurrent();
}
