package io.autoglm.gateway.directory;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.autoglm.gateway.policy.Budget;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.Named;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an administrator of the platform says of a tenant. What is left out is no limit.
///
/// @param displayName  for people
/// @param state        null for {@link State#ACTIVE}
/// @param issuers      names of the OIDC issuers that may speak for it; null for those that the settings
///                     allow
/// @param limits       of all its requests
/// @param modelLimits  of its requests to one model, by the model's name
/// @param budget       of all its requests
/// @param models       that it may use; null for all, empty for none
/// @param priority     the most urgent class that its requests may have
/// @param auditContent whether the audit log holds what was asked and answered; null for no
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TenantSettings(
        @Nullable String displayName,
        @Nullable State state,
        @Nullable Set<String> issuers,
        @Nullable Limits limits,
        @Nullable Map<String, Limits> modelLimits,
        @Nullable Budget budget,
        @Nullable Set<String> models,
        @Nullable PriorityClass priority,
        @Nullable Boolean auditContent) {
    private static final int MAX_ISSUERS = 16;

    /// Whether its callers are let in.
    @RegisterForReflection
    public enum State {
        @JsonProperty("active")
        ACTIVE,
        @JsonProperty("suspended")
        SUSPENDED
    }

    public static final TenantSettings DEFAULT =
            new TenantSettings(null, null, null, null, null, null, null, null, null);

    public TenantSettings {
        Named.text("displayName", displayName, 128);
        Named.require(
                issuers == null || issuers.size() <= MAX_ISSUERS,
                "issuers",
                "must be at most " + MAX_ISSUERS + " names");
        Named.models("models", models);
        Named.models("modelLimits", modelLimits == null ? null : modelLimits.keySet());
        issuers = issuers == null ? null : Set.copyOf(issuers);
        models = models == null ? null : Set.copyOf(models);
        modelLimits = modelLimits == null ? null : Map.copyOf(modelLimits);
    }

    public boolean isSuspended() {
        return state == State.SUSPENDED;
    }

    boolean hears(String issuer) {
        return issuers == null || issuers.contains(issuer);
    }

    public TenantSettings withModels(@Nullable Set<String> allowed) {
        return new TenantSettings(
                displayName, state, issuers, limits, modelLimits, budget, allowed, priority, auditContent);
    }

    TenantPolicy policy() {
        return new TenantPolicy(
                limits == null ? Limits.NONE : limits,
                modelLimits == null ? Map.of() : modelLimits,
                budget == null ? Budget.NONE : budget,
                Optional.ofNullable(models),
                priority == null ? PriorityClass.INTERACTIVE : priority,
                Boolean.TRUE.equals(auditContent));
    }
}
