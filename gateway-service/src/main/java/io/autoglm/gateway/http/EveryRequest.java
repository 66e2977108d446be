package io.autoglm.gateway.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/// What happens to every request before anything else: it gets its ids, and while the process drains its client is asked to
/// leave the connection.
@Singleton
public final class EveryRequest implements Handler<RoutingContext> {
    private final Drain drain;

    EveryRequest(Drain drain) {
        this.drain = drain;
    }

    @Override
    public void handle(RoutingContext rc) {
        Trace.begin(rc);
        if (drain.draining()) {
            rc.response().putHeader("Connection", "close");
        }
        rc.next();
    }
}
