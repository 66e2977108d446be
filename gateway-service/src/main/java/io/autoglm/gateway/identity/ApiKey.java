package io.autoglm.gateway.identity;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.Role;
import io.autoglm.gateway.policy.TenantPolicy;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One entry of the key file. What is left out takes the narrow default: the one role that `/v1` wants,
/// {@value #REQUESTS_PER_MINUTE} requests a minute, {@value #MAX_CONCURRENT} at once; all models.
///
/// @param id        names the key in logs and metrics
/// @param sha256    lower-case hex of the SHA-256 of the whole key
/// @param subject   the person or program, who is the same one with a token of this `sub`; null for a key
///                  that stands for itself, which then no token's `sub` can mean
/// @param expiresAt null for a key without an end
@JsonIgnoreProperties(ignoreUnknown = true)
record ApiKey(
        String id,
        String sha256,
        String tenant,
        @Nullable String subject,
        @Nullable Set<String> roles,
        @Nullable Integer requestsPerMinute,
        @Nullable Integer maxConcurrent,
        @Nullable Set<String> models,
        @Nullable Instant expiresAt) {
    static final int REQUESTS_PER_MINUTE = 600;
    static final int MAX_CONCURRENT = 64;

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    ApiKey {
        require("id", id, NAME, "1 to 64 letters, digits, '.', '_' or '-'");
        require("sha256", sha256, SHA_256, "64 lower-case hex digits");
        require("tenant", tenant, NAME, "1 to 64 letters, digits, '.', '_' or '-'");
    }

    /// @param requiredRole what the file may call the role `user`, which is that of a key that names none
    Caller caller(String requiredRole) {
        return new Caller(
                tenant,
                subject == null ? "key:" + id : subject,
                "key:" + id,
                roles == null ? Set.of(Role.USER.label()) : Role.meant(roles, requiredRole),
                Limits.of(
                        requestsPerMinute == null ? REQUESTS_PER_MINUTE : requestsPerMinute,
                        maxConcurrent == null ? MAX_CONCURRENT : maxConcurrent),
                models == null ? Set.of("*") : models,
                PriorityClass.INTERACTIVE,
                TenantPolicy.OPEN);
    }

    boolean expiredAt(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    private static void require(String field, @Nullable String value, Pattern shape, String wanted) {
        if (value == null || !shape.matcher(value).matches()) {
            // The value itself is left out: a key pasted into the wrong field must not reach a log.
            throw new IllegalArgumentException(field + ": must be " + wanted);
        }
    }
}
