package io.autoglm.gateway.identity;

import io.autoglm.gateway.directory.KeyRecord;
import io.autoglm.gateway.directory.KeySettings;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.Role;
import io.autoglm.gateway.policy.TenantPolicy;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/// Who sent a request.
///
/// @param tenant   whose data it may see; part of every key in the context service
/// @param subject  the person or program
/// @param account  what limits and logs are counted by: `key:<id>` or `sub:<tenant>/<subject>`; never a
///                 credential
/// @param roles    by their labels, see {@link Role}
/// @param limits   of the account
/// @param models   model names it may ask for; `*` stands for all
/// @param priority the most urgent class its requests may have
/// @param policy   what holds for its tenant
public record Caller(
        String tenant,
        String subject,
        String account,
        Set<String> roles,
        Limits limits,
        Set<String> models,
        PriorityClass priority,
        TenantPolicy policy) {
    static final String ATTRIBUTE = "autoglm.caller";

    public Caller {
        roles = Set.copyOf(roles);
        models = Set.copyOf(models);
    }

    /// The caller who showed a key of the directory.
    static Caller of(KeyRecord key) {
        KeySettings settings = key.settings();
        return new Caller(
                key.tenant(),
                settings.subject() == null ? "key:" + key.id() : settings.subject(),
                "key:" + key.id(),
                settings.rolesOrDefault(),
                settings.limits() == null
                        ? Limits.of(ApiKey.REQUESTS_PER_MINUTE, ApiKey.MAX_CONCURRENT)
                        : settings.limits(),
                settings.models() == null ? Set.of("*") : settings.models(),
                settings.priority() == null ? PriorityClass.INTERACTIVE : settings.priority(),
                TenantPolicy.OPEN);
    }

    Caller under(TenantPolicy tenants) {
        return new Caller(tenant, subject, account, roles, limits, models, priority, tenants);
    }

    public boolean has(Role role) {
        return roles.contains(role.label());
    }

    public boolean mayUse(String model) {
        return (models.contains("*") || models.contains(model)) && policy.mayUse(model);
    }

    /// The caller of a request on a protected route. Such a request cannot get here without one.
    public static Caller of(RoutingContext rc) {
        if (rc.user() instanceof QuarkusHttpUser user
                && user.getSecurityIdentity().getAttribute(ATTRIBUTE) instanceof Caller caller) {
            return caller;
        }
        throw new IllegalStateException("a protected route was reached without a caller");
    }
}
