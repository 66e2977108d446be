package io.autoglm.gateway.neighbours;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A context service that remembers in memory and recalls everything.
public final class ScriptedContext {
    private final Vertx vertx;
    private final Map<String, List<JsonObject>> turns = new ConcurrentHashMap<>();
    private final Map<String, JsonArray> pinned = new ConcurrentHashMap<>();
    private final List<Integer> budgets = new CopyOnWriteArrayList<>();
    private volatile boolean appendsFail;
    private volatile boolean nextAppendFails;
    private volatile boolean holding;
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private final List<String> appends = new CopyOnWriteArrayList<>();
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

    /// Every stored turn of a tenant.
    public List<JsonObject> turns(String tenant) {
        return turns.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(tenant + "/"))
                .flatMap(entry -> entry.getValue().stream())
                .toList();
    }

    /// The request ids of all appends that came, also of those that were refused.
    public List<String> appends() {
        return appends;
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

    /// Stores the next turn and then fails to say so, as one that loses its connection does.
    public void nextAppendFails() {
        nextAppendFails = true;
    }

    /// Takes appends and answers none, until it is let go on.
    public void hold(boolean holds) {
        holding = holds;
        if (!holds) {
            held.forEach(answer -> vertx.runOnContext(go -> answer.run()));
            held.clear();
        }
    }

    public void reset() {
        turns.clear();
        pinned.clear();
        budgets.clear();
        appendsFail = false;
        nextAppendFails = false;
        hold(false);
        appends.clear();
        if (server == null) {
            start();
        }
    }

    private void handle(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            boolean append = request.method().equals(HttpMethod.POST);
            String key = request.getHeader("x-autoglm-tenant") + "/" + conversation(request.path());
            if (append) {
                appends.add(body.toJsonObject().getString("requestId"));
            }
            if (append && appendsFail) {
                request.response().setStatusCode(503).end();
            } else if (!append) {
                budgets.add(Integer.valueOf(request.getParam("tokens")));
                request.response()
                        .putHeader("Content-Type", "application/json")
                        .end(window(key).toBuffer());
            } else if (holding) {
                held.add(() -> append(request, key, body.toJsonObject()));
            } else {
                append(request, key, body.toJsonObject());
            }
        });
    }

    /// A turn with the request id of one that is stored is that one again.
    private void append(HttpServerRequest request, String key, JsonObject turn) {
        List<JsonObject> stored = turns.computeIfAbsent(key, it -> new CopyOnWriteArrayList<>());
        String id = turn.getString("requestId");
        if (stored.stream().noneMatch(one -> id.equals(one.getString("requestId")))) {
            stored.add(turn);
        }
        boolean fails = nextAppendFails;
        nextAppendFails = false;
        request.response().setStatusCode(fails ? 503 : 200).end("{}");
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
