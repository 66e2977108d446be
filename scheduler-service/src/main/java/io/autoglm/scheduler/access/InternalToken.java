package io.autoglm.scheduler.access;

import io.autoglm.service.CannotStart;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The secret shared by the services. Never logged, never part of a command line.
@Singleton
public final class InternalToken {
    private final Optional<String> secret;
    private final boolean everybodyIsBelieved;

    public InternalToken(AccessConfig config) {
        secret = config.internalToken().filter(token -> !token.isBlank());
        if (secret.isEmpty() && config.internalAuth() == AccessConfig.Auth.TOKEN) {
            throw new CannotStart(
                    "autoglm.internal-token is not set",
                    "set AUTOGLM_INTERNAL_TOKEN to the secret that the services share");
        }
        everybodyIsBelieved = config.internalAuth() == AccessConfig.Auth.NONE;
    }

    /// What to show to others; empty where none is used.
    public Optional<String> value() {
        return secret;
    }

    /// Takes the same time for every wrong token.
    public boolean accepts(@Nullable String shown) {
        if (everybodyIsBelieved) {
            return true;
        }
        byte[] expected = secret.orElseThrow().getBytes(StandardCharsets.UTF_8);
        byte[] given = shown == null ? new byte[0] : shown.getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected, given);
    }
}
