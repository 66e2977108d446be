package io.autoglm.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.directory.KeyRecord;
import io.autoglm.gateway.directory.Page;
import io.autoglm.gateway.directory.TenantRecord;
import io.autoglm.gateway.directory.TenantSettings;
import io.autoglm.gateway.directory.Versioned;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How tenants and keys look from outside: what was said of them, and what is known of them. No hash of a
/// secret is among it.
@Singleton
final class Views {
    private final StrictJson json;
    private final Clock clock;

    Views(StrictJson json, Clock clock) {
        this.json = json;
        this.clock = clock;
    }

    ObjectNode key(Versioned<KeyRecord> found) {
        KeyRecord key = found.value();
        ObjectNode view = json.object()
                .put("object", "api_key")
                .put("id", key.id())
                .put("tenant", key.tenant())
                .put("state", key.state(clock.instant()).name().toLowerCase(Locale.ROOT));
        view.setAll(json.tree(key.settings()));
        view.set("roles", json.array(key.settings().rolesOrDefault()));
        view.put("createdAt", key.createdAt().toString()).put("createdBy", key.createdBy());
        put(view, "rotatedAt", key.rotatedAt());
        put(view, "revokedAt", key.revokedAt());
        if (key.revokedBy() != null) {
            view.put("revokedBy", key.revokedBy());
        }
        put(view, "lastUsedAt", found.lastUsed());
        return view.put("version", found.version());
    }

    ObjectNode tenant(Versioned<TenantRecord> found) {
        TenantRecord tenant = found.value();
        ObjectNode view = json.object().put("object", "tenant").put("id", tenant.id());
        view.set("state", json.value(TenantSettings.State.ACTIVE));
        view.setAll(json.tree(tenant.settings()));
        return view.put("createdAt", tenant.createdAt().toString())
                .put("createdBy", tenant.createdBy())
                .put("changedAt", tenant.changedAt().toString())
                .put("changedBy", tenant.changedBy())
                .put("version", found.version());
    }

    /// OpenAI's form of a list: the rest is asked for with `after=<last_id>`.
    <T> ObjectNode page(Page<T> page, Function<Versioned<T>, ObjectNode> view) {
        ArrayNode data = json.object().arrayNode();
        page.records().forEach(record -> data.add(view.apply(record)));
        ObjectNode list = json.object().put("object", "list");
        list.set("data", data);
        @Nullable
        JsonNode last = data.isEmpty() ? null : data.get(data.size() - 1).get("id");
        return list.put("has_more", page.next() != null)
                .put("last_id", page.next() != null ? page.next() : last == null ? null : last.asText());
    }

    private static void put(ObjectNode view, String field, @Nullable Instant when) {
        if (when != null) {
            view.put(field, when.toString());
        }
    }
}
