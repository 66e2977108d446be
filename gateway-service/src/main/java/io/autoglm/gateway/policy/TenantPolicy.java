package io.autoglm.gateway.policy;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What holds for all callers of a tenant together.
///
/// @param limits       of all its requests
/// @param modelLimits  of its requests to one model, by the model's name; a model that is not named has none
/// @param budget       of all its requests
/// @param models       names its callers may ask for; empty where all may be
/// @param priority     the most urgent class its requests may have
/// @param auditContent whether the audit log holds what was asked and answered
public record TenantPolicy(
        Limits limits,
        Map<String, Limits> modelLimits,
        Budget budget,
        Optional<Set<String>> models,
        PriorityClass priority,
        boolean auditContent) {

    /// Of a tenant that nobody has said anything about.
    public static final TenantPolicy OPEN =
            new TenantPolicy(Limits.NONE, Map.of(), Budget.NONE, Optional.empty(), PriorityClass.INTERACTIVE, false);

    public TenantPolicy {
        modelLimits = Map.copyOf(modelLimits);
        models = models.map(Set::copyOf);
    }

    public boolean mayUse(String model) {
        return models.isEmpty() || models.get().contains(model);
    }

    /// Null where the tenant has no limits of that model's own.
    public @Nullable Limits of(String model) {
        return modelLimits.get(model);
    }
}
