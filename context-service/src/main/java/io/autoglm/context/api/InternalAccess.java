package io.autoglm.context.api;

import io.autoglm.protocol.Headers;
import io.autoglm.service.CannotStart;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/// Lets only the other services of the suite in: those that know `autoglm.internal-token`. `autoglm.internal-auth=none`
/// switches it off, for a mesh that authenticates every connection by itself. Without either the service does not
/// start.
@Singleton
public final class InternalAccess {
    private final Optional<byte[]> token;
    private final String mode;

    InternalAccess(
            @ConfigProperty(name = "autoglm.internal-token") Optional<String> token,
            @ConfigProperty(name = "autoglm.internal-auth", defaultValue = "token") String mode) {
        this.token = token.filter(value -> !value.isBlank()).map(value -> value.getBytes(StandardCharsets.UTF_8));
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

    /// Also before an unknown route, so that a stranger learns nothing of which there are.
    ///
    /// @return null lets the request through
    @ServerRequestFilter(preMatching = true, priority = 100)
    public @Nullable Response check(ContainerRequestContext request) {
        return mode.equals("none") || isOurs(request.getHeaderString(Headers.INTERNAL_TOKEN))
                ? null
                : Answer.unauthenticated();
    }

    /// In a time that does not depend on where the two differ.
    private boolean isOurs(@Nullable String given) {
        return given != null
                && token.isPresent()
                && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token.get());
    }
}
