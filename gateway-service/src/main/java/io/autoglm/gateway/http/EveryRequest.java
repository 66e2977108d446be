package io.autoglm.gateway.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/// What happens to every request before anything else: it gets its ids.
@Singleton
public final class EveryRequest implements Handler<RoutingContext> {
    @Override
    public void handle(RoutingContext rc) {
        Trace.begin(rc);
        rc.next();
    }
}
