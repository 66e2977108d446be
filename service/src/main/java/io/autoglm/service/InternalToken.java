package io.autoglm.service;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The secret by which the services know one another, and whether it is asked for. Never logged, never part of a
/// command line.
public final class InternalToken {
    private final Optional<String> secret;
    private final boolean everybodyIsBelieved;

    private InternalToken(Optional<String> secret, boolean everybodyIsBelieved) {
        this.secret = secret;
        this.everybodyIsBelieved = everybodyIsBelieved;
    }

    /// @param token `autoglm.internal-token`; a blank one is none
    /// @param auth  `autoglm.internal-auth`: `token`, or `none` where the network is trusted by other means
    /// @throws CannotStart where neither lets anybody in
    public static InternalToken of(Optional<String> token, String auth) {
        Optional<String> secret = token.filter(value -> !value.isBlank());
        boolean everybodyIsBelieved = switch (auth.strip().toLowerCase(Locale.ROOT)) {
            case "token" -> false;
            case "none" -> true;
            default -> throw new CannotStart("autoglm.internal-auth is '" + auth + "'", "set it to 'token' or 'none'");
        };
        if (secret.isEmpty() && !everybodyIsBelieved) {
            throw new CannotStart(
                    "autoglm.internal-token is not set",
                    "set AUTOGLM_INTERNAL_TOKEN to the secret of the other services, or autoglm.internal-auth=none");
        }
        return new InternalToken(secret, everybodyIsBelieved);
    }

    /// What to show to others; empty where none is used.
    public Optional<String> value() {
        return secret;
    }

    /// Takes the same time for every wrong token of a length.
    public boolean accepts(@Nullable String shown) {
        if (everybodyIsBelieved) {
            return true;
        }
        byte[] expected = secret.orElseThrow().getBytes(StandardCharsets.UTF_8);
        byte[] given = shown == null ? new byte[0] : shown.getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected, given);
    }

    /// Hides the secret.
    @Override
    public String toString() {
        return "InternalToken[…]";
    }
}
