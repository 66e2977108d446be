package io.autoglm.context.api;

import io.autoglm.protocol.Headers;
import io.autoglm.service.InternalToken;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/// Lets only the other services of the suite in. Made at the start, before Redis is asked, which stops where nobody
/// could be let in.
@Startup(1)
@Singleton
public final class InternalAccess {
    private final InternalToken token;

    InternalAccess(
            @ConfigProperty(name = "autoglm.internal-token") Optional<String> token,
            @ConfigProperty(name = "autoglm.internal-auth", defaultValue = "token") String auth) {
        this.token = InternalToken.of(token, auth);
    }

    /// Also before an unknown route, so that a stranger learns nothing of which there are.
    ///
    /// @return null lets the request through
    @ServerRequestFilter(preMatching = true, priority = 100)
    public @Nullable Response check(ContainerRequestContext request) {
        return token.accepts(request.getHeaderString(Headers.INTERNAL_TOKEN)) ? null : Answer.unauthenticated();
    }
}
