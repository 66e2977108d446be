package io.autoglm.gateway.neighbours;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A context service that remembers in memory and recalls everything.
public final class ScriptedContext {
    private final Vertx vertx;
    private final Map<String, List<JsonObject>> turns = new ConcurrentHashMap<>();
    private final Map<String, JsonArray> pinned = new ConcurrentHashMap<>();
    private final List<Integer> budgets = new CopyOnWriteArrayList<>();
    private volatile boolean appendsFail;
    private volatile boolean away;
    private volatile @Nullable Runnable onAppend;
    private @Nullable HttpServer server;
    private int port;

    public ScriptedContext(Vertx vertx) {
        this.vertx = vertx;
    }

    public ScriptedContext start() {
        HttpServer created = vertx.createHttpServer().requestHandler(this::handle);
        created.listen(port, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        port = created.actualPort();
        server = created;
        return this;
    }

    public void stop() {
        HttpServer running = server;
        if (running != null) {
            server = null;
            running.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /// Stored turns of a tenant's conversation.
    public List<JsonObject> turns(String tenant, String id) {
        return turns.getOrDefault(tenant + "/" + id, List.of());
    }

    public void pin(String tenant, String id, JsonObject system) {
        pinned.put(tenant + "/" + id, new JsonArray().add(system));
    }

    /// The token budgets that windows were asked with.
    public List<Integer> budgets() {
        return budgets;
    }

    public void appendsFail(boolean fail) {
        appendsFail = fail;
    }

    public void away(boolean isAway) {
        away = isAway;
    }

    /// Runs when an append arrives, before it is answered.
    public void onAppend(Runnable action) {
        onAppend = action;
    }

    public void reset() {
        turns.clear();
        pinned.clear();
        budgets.clear();
        appendsFail = false;
        away = false;
        onAppend = null;
        if (server == null) {
            start();
        }
    }

    private void handle(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            boolean append = request.method().equals(HttpMethod.POST);
            String key = request.getHeader("x-autoglm-tenant") + "/" + conversation(request.path());
            if (away || (append && appendsFail)) {
                request.response().setStatusCode(503).end();
            } else if (!append) {
                budgets.add(Integer.valueOf(request.getParam("tokens")));
                request.response()
                        .putHeader("Content-Type", "application/json")
                        .end(window(key).toBuffer());
            } else {
                Runnable action = onAppend;
                if (action != null) {
                    action.run();
                }
                turns.computeIfAbsent(key, it -> new CopyOnWriteArrayList<>()).add(body.toJsonObject());
                request.response().setStatusCode(200).end("{}");
            }
        });
    }

    /// The id in `/v1/conversations/{id}/…`.
    private static String conversation(String path) {
        int from = "/v1/conversations/".length();
        return path.substring(from, path.indexOf('/', from));
    }

    private JsonObject window(String key) {
        JsonArray all = new JsonArray();
        int tokens = 0;
        for (JsonObject append : turns.getOrDefault(key, List.of())) {
            JsonObject turn = append.getJsonObject("turn");
            all.add(turn);
            tokens += turn.getInteger("tokens");
        }
        return new JsonObject()
                .put("version", all.size())
                .put("pinned", pinned.getOrDefault(key, new JsonArray()))
                .put("turns", all)
                .put("tokens", tokens)
                .put("dropped", 0);
    }
}
