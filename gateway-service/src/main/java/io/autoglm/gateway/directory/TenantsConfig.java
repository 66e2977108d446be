package io.autoglm.gateway.directory;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.Set;

/// What holds for a tenant that the admin API was told nothing about. Defaults: no limit.
@ConfigMapping(prefix = "autoglm.tenants")
public interface TenantsConfig {
    /// Whether callers of a tenant without a record are let in.
    @WithDefault("true")
    boolean admitUnknown();

    /// Whether callers of a tenant of which nothing is remembered are held to the defaults while Redis is
    /// away, instead of being refused with 503. So chats go on after a restart; a suspended tenant's would
    /// too.
    @WithDefault("true")
    boolean admitWhileAway();

    /// Tenants that can have a record, and that a gateway remembers.
    @WithDefault("10000")
    int max();

    /// Requests of such a tenant in any minute.
    Optional<Integer> defaultRequestsPerMinute();

    /// Its requests that are open at once.
    Optional<Integer> defaultMaxConcurrent();

    /// Tokens of its prompts in any minute.
    Optional<Integer> defaultInputTokensPerMinute();

    /// Tokens of its answers in any minute.
    Optional<Integer> defaultOutputTokensPerMinute();

    /// Its tokens in a day of UTC.
    Optional<Long> defaultTokensPerDay();

    /// Its tokens in a month of UTC.
    Optional<Long> defaultTokensPerMonth();

    /// Models that it may use. Default: all.
    Optional<Set<String>> defaultModels();
}
