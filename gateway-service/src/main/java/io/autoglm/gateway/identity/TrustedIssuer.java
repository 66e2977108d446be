package io.autoglm.gateway.identity;

import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.runtime.OidcTenantConfig.ApplicationType;
import io.quarkus.oidc.runtime.OidcUtils;
import java.util.List;
import java.util.Optional;

/// An issuer as the settings describe it.
///
/// @param name          names it in logs, settings and tenants; also its tenant in Quarkus' sense
/// @param tokenIssuer   what `iss` says where that is not the URL
/// @param tenant        the only one it speaks for
/// @param defaultTenant of its tokens that name none
/// @param userRole      what it calls the role `user`
record TrustedIssuer(
        String name,
        String url,
        Optional<String> tokenIssuer,
        List<String> audience,
        List<String> rolesClaim,
        String tenantClaim,
        Optional<String> tenant,
        Optional<String> defaultTenant,
        String userRole) {
    /// Of the issuer that `autoglm.oidc.issuer` names; Quarkus has the same name for it.
    static final String DEFAULT = OidcUtils.DEFAULT_TENANT_ID;

    static TrustedIssuer of(String url, OidcConfig config) {
        return new TrustedIssuer(
                DEFAULT,
                url,
                config.tokenIssuer(),
                config.audience().orElse(List.of()),
                config.rolesClaim(),
                config.tenantClaim(),
                Optional.empty(),
                config.defaultTenant(),
                config.requiredRole());
    }

    static TrustedIssuer of(String name, OidcConfig.Issuer issuer, OidcConfig others) {
        return new TrustedIssuer(
                name,
                issuer.issuer(),
                issuer.tokenIssuer(),
                issuer.audience().or(others::audience).orElse(List.of()),
                issuer.rolesClaim().orElse(others.rolesClaim()),
                issuer.tenantClaim().orElse(others.tenantClaim()),
                issuer.tenant(),
                issuer.tenant(),
                issuer.requiredRole().orElse(others.requiredRole()));
    }

    /// `iss` of its tokens, as far as two spellings of one issuer are the same: Auth0 ends its own with a
    /// slash.
    String iss() {
        return withoutSlash(tokenIssuer.orElse(url));
    }

    static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /// Tokens are judged here, by published keys: no token is sent to the issuer to be looked at.
    OidcTenantConfig forQuarkus(OidcConfig config) {
        var token = OidcTenantConfig.authServerUrl(url)
                .tenantId(name)
                .applicationType(ApplicationType.SERVICE)
                .connectionTimeout(config.connectTimeout())
                .roles()
                .roleClaimPath(rolesClaim)
                .end()
                .token()
                .audience(audience)
                .lifespanGrace((int) config.clockSkew().toSeconds())
                .forcedJwkRefreshInterval(config.keysRefresh())
                .allowJwtIntrospection(false)
                .allowOpaqueTokenIntrospection(false);
        tokenIssuer.ifPresent(token::issuer);
        return token.end().build();
    }
}
