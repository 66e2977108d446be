package io.autoglm.gateway.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Bearer tokens of OpenID Connect issuers: JWTs checked by the keys that their issuer publishes. Which
/// issuer judges a token says its `iss`.
@ConfigMapping(prefix = "autoglm.oidc")
interface OidcConfig {
    /// The default issuer's URL, below which `/.well-known/openid-configuration` is found. Default: none.
    Optional<String> issuer();

    /// What `iss` says in the default issuer's tokens, where that is not its URL. Default: its URL.
    Optional<String> tokenIssuer();

    /// Accepted `aud` values. Default: none, so the audience is not looked at; set it in production.
    Optional<List<String>> audience();

    /// Paths to the claims that hold the roles; `/` separates levels. Default `roles`; for Keycloak
    /// `realm_access/roles`.
    @WithDefault("roles")
    List<String> rolesClaim();

    /// The claim that names the tenant. Default `tenant`.
    @WithDefault("tenant")
    String tenantClaim();

    /// The tenant of the default issuer's tokens without that claim. Default: none, so such a token is
    /// refused with 403.
    Optional<String> defaultTenant();

    /// What the issuer calls the role `user`, which `/v1` wants. Default `user`. API keys carry it unless
    /// their entry says otherwise.
    @WithDefault("user")
    String requiredRole();

    /// Requests a minute of each subject. Default 600.
    @WithDefault("600")
    int requestsPerMinute();

    /// Requests at once of each subject. Default 64.
    @WithDefault("64")
    int maxConcurrent();

    /// How far an issuer's clock may be from this one when `exp`, `nbf` and `iat` are looked at. Default 30
    /// s.
    @WithDefault("30s")
    Duration clockSkew();

    /// How often, at most, an issuer is asked for its keys again because a token names one that is not known.
    /// Default 10 s.
    @WithDefault("10s")
    Duration keysRefresh();

    /// How long a connection to an issuer may take to be made. Default 5 s.
    @WithDefault("5s")
    Duration connectTimeout();

    /// More issuers, by a name of their own. What they leave out is as for the default issuer.
    Map<String, Issuer> issuers();

    /// One more issuer.
    interface Issuer {
        /// Its URL, below which `/.well-known/openid-configuration` is found.
        String issuer();

        /// What `iss` says in its tokens, where that is not its URL.
        Optional<String> tokenIssuer();

        /// Accepted `aud` values.
        Optional<List<String>> audience();

        /// Paths to the claims that hold the roles.
        Optional<List<String>> rolesClaim();

        /// The claim that names the tenant.
        Optional<String> tenantClaim();

        /// The one tenant that it speaks for: no token of it means another, and no issuer that is not bound
        /// to this tenant speaks for it. Default: none, so it may name any tenant that no other is bound to.
        Optional<String> tenant();

        /// What it calls the role `user`.
        Optional<String> requiredRole();
    }
}
