package io.autoglm.gateway.admin;

import io.autoglm.gateway.policy.Named;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which models a tenant may use.
///
/// @param allowed null for all, empty for none
@RegisterForReflection
record AllowedModels(@Nullable Set<String> allowed) {
    AllowedModels {
        Named.models("allowed", allowed);
    }
}
