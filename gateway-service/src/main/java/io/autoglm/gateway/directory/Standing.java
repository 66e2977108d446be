package io.autoglm.gateway.directory;

import io.autoglm.gateway.policy.TenantPolicy;

/// How a tenant stands.
public sealed interface Standing {
    record Active(TenantPolicy policy) implements Standing {}

    record Suspended() implements Standing {}

    /// It has no record, and only tenants with one are let in.
    record Unknown() implements Standing {}

    /// The issuer of the caller's token may not speak for it.
    record NotHeard() implements Standing {}

    /// Redis is away, and nothing is remembered of this tenant.
    record Away() implements Standing {}
}
