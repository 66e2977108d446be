package io.autoglm.gateway.identity;

import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
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
