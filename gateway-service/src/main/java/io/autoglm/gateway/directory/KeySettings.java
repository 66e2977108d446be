package io.autoglm.gateway.directory;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.Named;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.Role;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an administrator says of a key.
///
/// @param name      for people
/// @param subject   the person or program, who is the same one with a token of this `sub`; null for a key
///                  that stands for itself
/// @param roles     by their labels; null for `user` alone
/// @param models    names that it may ask for, within what its tenant may; null for all of those
/// @param limits    null for the narrow default of the key file
/// @param priority  the most urgent class that its requests may have; null for any that its tenant may have
/// @param expiresAt null for a key without an end
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KeySettings(
        @Nullable String name,
        @Nullable String subject,
        @Nullable Set<String> roles,
        @Nullable Set<String> models,
        @Nullable Limits limits,
        @Nullable PriorityClass priority,
        @Nullable Instant expiresAt) {

    public static final KeySettings DEFAULT = new KeySettings(null, null, null, null, null, null, null);

    public KeySettings {
        Named.text("name", name, 128);
        Named.subject("subject", subject);
        Named.require(
                roles == null || (!roles.isEmpty() && Role.labels().containsAll(roles)),
                "roles",
                "must be some of user, operator, auditor, admin");
        Named.models("models", models);
        roles = roles == null ? null : Set.copyOf(roles);
        models = models == null ? null : Set.copyOf(models);
    }

    public Set<String> rolesOrDefault() {
        return roles == null ? Set.of(Role.USER.label()) : roles;
    }
}
