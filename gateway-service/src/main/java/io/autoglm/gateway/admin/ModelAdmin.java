package io.autoglm.gateway.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.admin.Desk.Reply;
import io.autoglm.gateway.directory.Tenants;
import io.autoglm.gateway.directory.Versioned;
import io.autoglm.gateway.placement.Snapshot;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.InstanceView;
import io.autoglm.protocol.placement.ServedModel;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// `/admin/v1/models` and `/admin/v1/tenants/{tenant}/models`: which models there are, and which a tenant may
/// use.
@Singleton
final class ModelAdmin {
    /// What the last snapshot of instances tells of a model.
    private static final class Served {
        final Set<String> versions = new TreeSet<>();
        int instances;
        int ready;
        int maxModelTokens = Integer.MAX_VALUE;
    }

    private final Desk desk;
    private final Snapshot snapshot;
    private final Tenants tenants;
    private final StrictJson json;

    ModelAdmin(Desk desk, Snapshot snapshot, Tenants tenants, StrictJson json) {
        this.desk = desk;
        this.snapshot = snapshot;
        this.tenants = tenants;
        this.json = json;
    }

    void list(RoutingContext rc) {
        desk.answer(rc, () -> {
            ObjectNode list = json.object().put("object", "list");
            list.set("data", served(null));
            return Uni.createFrom().item(new Reply(200, list, null));
        });
    }

    void ofTenant(RoutingContext rc) {
        desk.answer(rc, () -> {
            String tenant = Asked.tenant(rc);
            return tenants.get(tenant).map(found -> {
                @Nullable
                Set<String> allowed = found.map(Versioned::value)
                        .flatMap(record -> Optional.ofNullable(record.settings().models()))
                        .orElse(null);
                ObjectNode body = json.object().put("object", "tenant_models").put("tenant", tenant);
                body.set("allowed", allowed == null ? body.nullNode() : json.array(allowed));
                body.set("served", served(allowed));
                return new Reply(200, body, found.map(Condition::etag).orElse(null));
            });
        });
    }

    /// @param allowed what a tenant may use, to be told of each; null for all of them
    private ArrayNode served(@Nullable Set<String> allowed) {
        Map<String, Served> models = new TreeMap<>();
        for (InstanceView instance : snapshot.instances().all()) {
            if (instance.state() != InstanceState.GONE) {
                instance.models().forEach(model -> count(models, instance, model));
            }
        }
        ArrayNode list = json.object().arrayNode();
        models.forEach((id, served) -> {
            ObjectNode model = list.addObject()
                    .put("id", id)
                    .put("object", "model")
                    .put("instances", served.instances)
                    .put("ready", served.ready)
                    .put("max_model_len", served.maxModelTokens)
                    .put("allowed", allowed == null || allowed.contains(id));
            model.set("versions", json.array(served.versions));
        });
        return list;
    }

    private static void count(Map<String, Served> models, InstanceView instance, ServedModel model) {
        Served served = models.computeIfAbsent(model.id(), id -> new Served());
        served.instances++;
        served.ready += instance.state() == InstanceState.READY ? 1 : 0;
        served.versions.add(model.version());
        served.maxModelTokens = Math.min(served.maxModelTokens, model.maxModelTokens());
    }
}
