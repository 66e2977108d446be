package io.autoglm.gateway.health;

import io.autoglm.gateway.http.Drain;
import io.autoglm.gateway.placement.Snapshot;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/// `GET /health`: can a chat be answered now? 200 or 503 and one line of JSON, for load balancers and people.
@Singleton
public final class PublicHealth {
    private final Snapshot snapshot;
    private final Drain drain;

    PublicHealth(Snapshot snapshot, Drain drain) {
        this.snapshot = snapshot;
        this.drain = drain;
    }

    public void handle(RoutingContext rc) {
        long ready = snapshot.instances().readyCount();
        String reason = drain.draining() ? "draining" : ready == 0 ? "no instance is ready" : "";
        JsonObject body = new JsonObject().put("status", reason.isEmpty() ? "ok" : "unavailable");
        if (!reason.isEmpty()) {
            body.put("reason", reason);
        }
        body.put("readyInstances", ready);
        if (!snapshot.schedulerAnswers()) {
            body.put("degraded", "scheduler-down");
        }
        rc.response()
                .setStatusCode(reason.isEmpty() ? 200 : 503)
                .putHeader("Content-Type", "application/json")
                .end(body.toBuffer());
    }
}
