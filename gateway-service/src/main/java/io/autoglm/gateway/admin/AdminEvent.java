package io.autoglm.gateway.admin;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A change that was made through the admin API. Never a secret, and never what a field was set to.
///
/// @param byTenant  the tenant of who made it
/// @param byAccount who made it: `key:<id>` or `sub:<tenant>/<subject>`
/// @param action    such as `key.create`
/// @param tenant    whose tenant or key was changed
/// @param key       its id; null where a tenant was changed
/// @param version   that it has now; 0 where it is gone
/// @param fields    that were sent
public record AdminEvent(
        Instant at,
        String requestId,
        String traceId,
        String byTenant,
        String byAccount,
        String action,
        String tenant,
        @Nullable String key,
        long version,
        Set<String> fields) {
    public AdminEvent {
        fields = Set.copyOf(fields);
    }
}
