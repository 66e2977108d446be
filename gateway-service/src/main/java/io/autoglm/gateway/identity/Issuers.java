package io.autoglm.gateway.identity;

import io.autoglm.gateway.policy.Named;
import io.autoglm.service.CannotStart;
import io.quarkus.oidc.Oidc;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TenantResolver;
import io.quarkus.oidc.common.runtime.OidcCommonUtils;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The issuers whose tokens are taken. A token goes to the one whose `iss` it carries, unread otherwise, and
/// to no other if that one refuses it.
///
/// No issuer need be up when the gateway starts: its keys are fetched at its first token then.
@Singleton
final class Issuers implements TenantResolver {
    private static final String CHOSEN = "autoglm.issuer";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final OidcConfig config;
    /// By what `iss` says.
    private final Map<String, TrustedIssuer> byIss = new HashMap<>();
    /// Tenants that an issuer is bound to.
    private final Set<String> bound = new HashSet<>();

    Issuers(OidcConfig config) {
        this.config = config;
        for (TrustedIssuer issuer : configured(config)) {
            add(issuer);
        }
    }

    private static List<TrustedIssuer> configured(OidcConfig config) {
        List<TrustedIssuer> issuers = new ArrayList<>();
        config.issuer().ifPresent(url -> issuers.add(TrustedIssuer.of(url, config)));
        config.issuers().forEach((name, issuer) -> {
            if (!NAME.matcher(name).matches() || name.equals(TrustedIssuer.DEFAULT)) {
                throw new CannotStart(
                        "autoglm.oidc.issuers." + name + " is no name for an issuer",
                        "use 1 to 64 letters, digits, '.', '_' or '-', and not " + TrustedIssuer.DEFAULT);
            }
            issuers.add(TrustedIssuer.of(name, issuer, config));
        });
        return issuers;
    }

    private void add(TrustedIssuer issuer) {
        String setting = "autoglm.oidc.issuers." + issuer.name();
        if (!isHttp(issuer.url())) {
            throw new CannotStart(setting + ".issuer is " + issuer.url(), "it must be an http or https URL");
        }
        issuer.tenant().filter(tenant -> !Named.isTenant(tenant)).ifPresent(tenant -> {
            throw new CannotStart(
                    setting + ".tenant is " + tenant, "it must be 1 to 64 letters, digits, '.', '_' or '-'");
        });
        @Nullable TrustedIssuer same = byIss.put(issuer.iss(), issuer);
        if (same != null) {
            throw new CannotStart(
                    "the issuers " + same.name() + " and " + issuer.name() + " have the same iss " + issuer.iss(),
                    "a token must have exactly one issuer that judges it");
        }
        issuer.tenant().ifPresent(bound::add);
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = URI.create(url);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    void configure(@Observes Oidc oidc) {
        byIss.values().forEach(issuer -> oidc.create(issuer.forQuarkus(config)));
        if (config.issuer().isEmpty()) {
            // This must be said: Quarkus would not start for want of its URL.
            oidc.create(OidcTenantConfig.builder().disableTenant().build());
        }
    }

    boolean none() {
        return byIss.isEmpty();
    }

    /// Whether an issuer may say that its callers belong to a tenant.
    boolean speaksFor(TrustedIssuer issuer, String tenant) {
        return issuer.tenant().map(tenant::equals).orElse(!bound.contains(tenant));
    }

    /// Sends the request to the issuer that its token names. What the token says is not yet to be believed.
    ///
    /// @return empty where it names none of those configured
    Optional<TrustedIssuer> choose(RoutingContext rc, String token) {
        Optional<TrustedIssuer> issuer = Optional.ofNullable(iss(token)).map(byIss::get);
        issuer.ifPresent(chosen -> rc.put(CHOSEN, chosen.name()));
        return issuer;
    }

    private static @Nullable String iss(String token) {
        try {
            @Nullable JsonObject claims = OidcCommonUtils.decodeJwtContent(token);
            return claims != null && claims.getValue("iss") instanceof String iss
                    ? TrustedIssuer.withoutSlash(iss)
                    : null;
        } catch (DecodeException | IllegalArgumentException e) {
            return null;
        }
    }

    /// Quarkus asks which of its tenants judges this request.
    @Override
    public @Nullable String resolve(RoutingContext rc) {
        return rc.get(CHOSEN);
    }
}
