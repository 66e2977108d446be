package io.autoglm.gateway.directory;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.gateway.directory.Recollection.Recalled;
import io.autoglm.gateway.policy.Budget;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import io.autoglm.redis.RedisCondition;
import io.autoglm.redis.RedisLink;
import io.autoglm.redis.RedisWatch;
import io.autoglm.service.CannotStart;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Tenants in Redis: what holds for a caller's is looked up here, and the admin API changes it here.
///
/// Safe from any thread. Answers that were waited for come on the thread of Redis' client.
@Singleton
public final class Tenants {
    private static final String LIST = "autoglm:gw:tenants";

    private final TenantsConfig config;
    private final TenantPolicy defaults;
    private final Shelf<TenantRecord> shelf;
    private final Recollection<TenantRecord> recollection;
    private final Clock clock;

    Tenants(
            TenantsConfig config,
            KeysConfig keys,
            RedisLink redis,
            RedisWatch watch,
            ObjectMapper json,
            Clock clock,
            LongSupplier nanoClock,
            MeterRegistry metrics) {
        this.config = config;
        this.defaults = defaults(config);
        this.shelf = new Shelf<>(redis, json, clock, TenantRecord.class, "autoglm:gw:tenant:");
        this.recollection = new Recollection<>(
                new Recollection.Source<>(
                        "tenant", shelf::find, () -> watch.condition() instanceof RedisCondition.Away),
                new Recollection.Bounds(keys.trustedFor(), keys.staleFor(), config.max()),
                nanoClock,
                metrics);
        this.clock = clock;
    }

    private static TenantPolicy defaults(TenantsConfig config) {
        try {
            return new TenantPolicy(
                    new Limits(
                            null,
                            config.defaultRequestsPerMinute().orElse(null),
                            config.defaultInputTokensPerMinute().orElse(null),
                            config.defaultOutputTokensPerMinute().orElse(null),
                            config.defaultMaxConcurrent().orElse(null)),
                    Map.of(),
                    new Budget(
                            config.defaultTokensPerDay().orElse(null),
                            config.defaultTokensPerMonth().orElse(null),
                            null,
                            null),
                    config.defaultModels(),
                    PriorityClass.INTERACTIVE,
                    false);
        } catch (IllegalArgumentException e) {
            throw new CannotStart("a default of autoglm.tenants makes no sense", String.valueOf(e.getMessage()));
        }
    }

    /// What holds for a caller of a tenant.
    ///
    /// @param issuer of the caller's token; null for an API key
    public Uni<Standing> standing(String tenant, @Nullable String issuer) {
        return recollection.of(tenant).map(recalled -> switch (recalled) {
            case Recalled.Away<TenantRecord> away ->
                config.admitWhileAway() ? new Standing.Active(defaults) : new Standing.Away();
            case Recalled.Known<TenantRecord> known ->
                known.record()
                        .map(record -> standing(record.value().settings(), issuer))
                        .orElseGet(
                                () -> config.admitUnknown() ? new Standing.Active(defaults) : new Standing.Unknown());
        });
    }

    private static Standing standing(TenantSettings settings, @Nullable String issuer) {
        if (settings.isSuspended()) {
            return new Standing.Suspended();
        }
        return issuer == null || settings.hears(issuer)
                ? new Standing.Active(settings.policy())
                : new Standing.NotHeard();
    }

    public Uni<Optional<Versioned<TenantRecord>>> get(String tenant) {
        return shelf.find(tenant);
    }

    /// @param after the tenant behind which the page begins; empty for the first page
    public Uni<Page<TenantRecord>> page(String after, int size) {
        return shelf.page(LIST, after, size);
    }

    /// @param by the account that makes it
    public Uni<Written<TenantRecord>> create(String tenant, TenantSettings settings, String by) {
        TenantRecord record = new TenantRecord(tenant, settings, clock.instant(), by, clock.instant(), by);
        return shelf.list(LIST, tenant, config.max())
                .flatMap(listed -> listed
                        ? shelf.put(tenant, record, Shelf.NONE, null)
                        : Uni.createFrom().item(new Written.Full<TenantRecord>(config.max())))
                .invoke(done -> recollection.forget(tenant));
    }

    /// @param tenant as it was read
    public Uni<Written<TenantRecord>> change(Versioned<TenantRecord> tenant, TenantSettings settings, String by) {
        String id = tenant.value().id();
        return shelf.put(id, tenant.value().with(settings, by, clock.instant()), tenant.version(), null)
                .invoke(done -> recollection.forget(id));
    }

    /// What was said of it is forgotten; its keys are not.
    ///
    /// @param tenant as it was read
    /// @return false where somebody changed it first
    public Uni<Boolean> remove(Versioned<TenantRecord> tenant) {
        String id = tenant.value().id();
        return shelf.remove(id, tenant.version())
                .call(removed -> removed
                        ? shelf.unlist(LIST, List.of(id))
                        : Uni.createFrom().voidItem())
                .invoke(done -> recollection.forget(id));
    }
}
