package io.autoglm.context.api;

import io.autoglm.service.Drain;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Asks clients to leave their connections while the service drains.
@Singleton
final class PoliteEnd {
    private static final int FIRST = 1000;

    private final Drain drain;

    PoliteEnd(Drain drain) {
        this.drain = drain;
    }

    void register(@Observes Filters filters) {
        filters.register(this::politely, FIRST);
    }

    /// In HTTP/2 the header is forbidden; there the connection says by itself when it is about to close.
    private void politely(RoutingContext context) {
        if (drain.hasBegun() && context.request().version() != HttpVersion.HTTP_2) {
            context.response().putHeader("connection", "close");
        }
        context.next();
    }
}
