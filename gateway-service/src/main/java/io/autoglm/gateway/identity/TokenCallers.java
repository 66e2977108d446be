package io.autoglm.gateway.identity;

import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import io.autoglm.service.CannotStart;
import io.quarkus.oidc.Oidc;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.runtime.OidcTenantConfig.ApplicationType;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.jwt.JsonWebToken;

/// Sets the OIDC issuer up, if one is configured, and turns a token that it has checked into a {@link Caller}.
///
/// The issuer need not be up when the gateway starts: its keys are fetched at the first token then.
@Singleton
public final class TokenCallers {
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final OidcConfig config;
    private final KeysConfig keys;

    TokenCallers(OidcConfig config, KeysConfig keys) {
        this.config = config;
        this.keys = keys;
    }

    void start(@Observes @Priority(5) StartupEvent event) {
        if (keys.file().isEmpty() && config.issuer().isEmpty()) {
            throw new CannotStart(
                    "nobody could be let in", "set autoglm.keys.file (AUTOGLM_KEYS_FILE) or autoglm.oidc.issuer");
        }
    }

    void configure(@Observes Oidc oidc) {
        // Without an issuer this must be said: Quarkus would not start for want of its URL.
        oidc.create(config.issuer()
                .map(issuer -> OidcTenantConfig.authServerUrl(issuer)
                        .applicationType(ApplicationType.SERVICE)
                        .roles()
                        .roleClaimPath(config.rolesClaim())
                        .end()
                        .token()
                        .audience(config.audience().orElse(List.of()))
                        .end()
                        .build())
                .orElseGet(() -> OidcTenantConfig.builder().disableTenant().build()));
    }

    boolean accepted() {
        return config.issuer().isPresent();
    }

    /// @throws ForbiddenException when the token names no tenant
    SecurityIdentity withCaller(SecurityIdentity identity) {
        String tenant = tenant(identity);
        String subject = identity.getPrincipal() instanceof JsonWebToken jwt && jwt.getSubject() != null
                ? jwt.getSubject()
                : identity.getPrincipal().getName();
        Caller caller = new Caller(
                tenant,
                subject,
                "sub:" + tenant + "/" + subject,
                identity.getRoles(),
                Limits.of(config.requestsPerMinute(), config.maxConcurrent()),
                Set.of("*"),
                PriorityClass.INTERACTIVE,
                TenantPolicy.OPEN);
        return QuarkusSecurityIdentity.builder(identity)
                .addAttribute(Caller.ATTRIBUTE, caller)
                .build();
    }

    private String tenant(SecurityIdentity identity) {
        if (identity.getPrincipal() instanceof JsonWebToken jwt
                && jwt.getClaim(config.tenantClaim()) instanceof String tenant
                && TENANT.matcher(tenant).matches()) {
            return tenant;
        }
        return config.defaultTenant()
                .orElseThrow(() -> new ForbiddenException("the token has no usable claim " + config.tenantClaim()));
    }
}
