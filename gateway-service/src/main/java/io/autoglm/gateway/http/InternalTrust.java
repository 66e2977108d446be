package io.autoglm.gateway.http;

import io.autoglm.protocol.Headers;
import io.autoglm.service.CannotStart;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.MultiMap;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// How the other services know that a call comes from this one: `autoglm.internal-token`, a secret all of them share.
/// `autoglm.internal-auth=none` switches it off, for a mesh that authenticates every connection by itself.
@Singleton
public final class InternalTrust {
    private final Optional<String> token;
    private final String mode;

    InternalTrust(
            @ConfigProperty(name = "autoglm.internal-token") Optional<String> token,
            @ConfigProperty(name = "autoglm.internal-auth", defaultValue = "token") String mode) {
        this.token = token.filter(value -> !value.isBlank());
        this.mode = mode;
    }

    void start(@Observes @Priority(1) StartupEvent event) {
        switch (mode) {
            case "none" -> {}
            case "token" -> {
                if (token.isEmpty()) {
                    throw new CannotStart(
                            "autoglm.internal-token is not set",
                            "set AUTOGLM_INTERNAL_TOKEN to the secret of the other services, or autoglm.internal-auth=none");
                }
            }
            default -> throw new CannotStart("autoglm.internal-auth is '" + mode + "'", "set it to 'token' or 'none'");
        }
    }

    /// Adds the proof to an outgoing internal call.
    public void sign(MultiMap headers) {
        if (!mode.equals("none")) {
            token.ifPresent(value -> headers.set(Headers.INTERNAL_TOKEN, value));
        }
    }
}
