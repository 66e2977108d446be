package io.autoglm.context.api;

import io.autoglm.service.Drain;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/// Asks clients to leave their connections while the service drains.
@Singleton
public final class PoliteEnd {
    private final Drain drain;

    PoliteEnd(Drain drain) {
        this.drain = drain;
    }

    @ServerResponseFilter
    public void politely(ContainerResponseContext response) {
        if (drain.hasBegun()) {
            response.getHeaders().putSingle("Connection", "close");
        }
    }
}
