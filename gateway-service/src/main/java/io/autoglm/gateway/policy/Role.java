package io.autoglm.gateway.policy;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// What a caller may do, as its key or its token says; `Access` says which role each route wants.
public enum Role {
    /// Asks models.
    USER,
    /// Reads the state of models and says which of them a tenant may use.
    OPERATOR,
    /// Reads keys and tenants, never a secret, and changes nothing.
    AUDITOR,
    /// Does all of that, and makes and revokes keys.
    ADMIN;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Set<String> labels() {
        Set<String> labels = new HashSet<>();
        for (Role role : values()) {
            labels.add(role.label());
        }
        return labels;
    }

    /// The roles that are meant by the names a key file or an issuer uses. Names that mean none are left out.
    ///
    /// @param user the name that stands for {@link #USER}
    public static Set<String> meant(Set<String> names, String user) {
        Set<String> roles = new HashSet<>(names);
        roles.retainAll(labels());
        if (!user.equals(USER.label())) {
            roles.remove(USER.label());
        }
        if (names.contains(user)) {
            roles.add(USER.label());
        }
        return roles;
    }
}
