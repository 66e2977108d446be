package io.autoglm.gateway.directory;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An API key as it is kept: what it may do, and hashes of the secrets that open it.
///
/// @param secrets   the newest first; those before it end by themselves
/// @param createdBy the account that made it
/// @param revokedAt null while it is in force; a revoked key never comes back
@RegisterForReflection
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KeyRecord(
        String id,
        String tenant,
        KeySettings settings,
        List<Secret> secrets,
        Instant createdAt,
        String createdBy,
        @Nullable Instant rotatedAt,
        @Nullable Instant revokedAt,
        @Nullable String revokedBy) {
    /// More replacements within the grace of the first leave only the newest good.
    private static final int MAX_SECRETS = 4;

    /// @param hash  of the key's whole text, see {@link SecretForm}
    /// @param until when it ends; null for the one in force
    @RegisterForReflection
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Secret(String hash, @Nullable Instant until) {
        boolean opensWith(String shown, Instant now) {
            boolean same = MessageDigest.isEqual(
                    hash.getBytes(StandardCharsets.US_ASCII), shown.getBytes(StandardCharsets.US_ASCII));
            return same && (until == null || now.isBefore(until));
        }
    }

    /// How a key stands.
    public enum State {
        ACTIVE,
        EXPIRED,
        REVOKED
    }

    public KeyRecord {
        secrets = List.copyOf(secrets);
    }

    public State state(Instant now) {
        if (revokedAt != null) {
            return State.REVOKED;
        }
        return settings.expiresAt() != null && !now.isBefore(settings.expiresAt()) ? State.EXPIRED : State.ACTIVE;
    }

    boolean opensWith(String hash, Instant now) {
        return secrets.stream().anyMatch(secret -> secret.opensWith(hash, now));
    }

    public KeyRecord with(KeySettings changed) {
        return new KeyRecord(id, tenant, changed, secrets, createdAt, createdBy, rotatedAt, revokedAt, revokedBy);
    }

    KeyRecord rotated(String hash, Duration grace, Instant now) {
        List<Secret> next = new ArrayList<>();
        next.add(new Secret(hash, null));
        Instant end = now.plus(grace);
        for (Secret secret : secrets) {
            Instant until = secret.until() == null || secret.until().isAfter(end) ? end : secret.until();
            if (until.isAfter(now) && next.size() < MAX_SECRETS) {
                next.add(new Secret(secret.hash(), until));
            }
        }
        return new KeyRecord(id, tenant, settings, next, createdAt, createdBy, now, revokedAt, revokedBy);
    }

    KeyRecord revoked(String by, Instant now) {
        return revokedAt != null
                ? this
                : new KeyRecord(id, tenant, settings, List.of(), createdAt, createdBy, rotatedAt, now, by);
    }
}
