package io.autoglm.gateway.identity;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.RefusedException;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.Named;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.Role;
import io.autoglm.gateway.policy.TenantPolicy;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Singleton;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;

/// Turns a token that its issuer's keys have checked into a {@link Caller}.
@Singleton
final class TokenCallers {
    private final OidcConfig config;
    private final Issuers issuers;

    TokenCallers(OidcConfig config, Issuers issuers) {
        this.config = config;
        this.issuers = issuers;
    }

    /// @throws RefusedException with 403 when the token names no tenant, or one that its issuer does not
    ///         speak for
    Caller caller(SecurityIdentity identity, TrustedIssuer issuer) {
        String tenant = tenant(identity, issuer);
        if (!issuers.speaksFor(issuer, tenant)) {
            throw new RefusedException(Problem.forbidden(
                    "The token's issuer does not speak for the tenant '" + tenant + "'.", null, "wrong_tenant"));
        }
        String subject = identity.getPrincipal() instanceof JsonWebToken jwt && jwt.getSubject() != null
                ? jwt.getSubject()
                : identity.getPrincipal().getName();
        return new Caller(
                tenant,
                subject,
                "sub:" + tenant + "/" + subject,
                Role.meant(identity.getRoles(), issuer.userRole()),
                Limits.of(config.requestsPerMinute(), config.maxConcurrent()),
                Set.of("*"),
                PriorityClass.INTERACTIVE,
                TenantPolicy.OPEN);
    }

    private static String tenant(SecurityIdentity identity, TrustedIssuer issuer) {
        if (identity.getPrincipal() instanceof JsonWebToken jwt
                && jwt.getClaim(issuer.tenantClaim()) instanceof String tenant
                && Named.isTenant(tenant)) {
            return tenant;
        }
        return issuer.defaultTenant()
                .orElseThrow(() -> new RefusedException(Problem.forbidden(
                        "The token has no usable claim '" + issuer.tenantClaim() + "'.", null, "no_tenant")));
    }
}
