package io.autoglm.gateway.neighbours;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A scheduler that knows a fixed list of instances, grants the first that is not excluded, and keeps books.
public final class ScriptedScheduler {
    public static final String MODEL = "nano";
    /// A model named as on Hugging Face.
    public static final String SLASHED_MODEL = "THUDM/glm-4-9b";

    private final Vertx vertx;
    private final List<ScriptedInstance> instances;
    private final Map<String, JsonObject> released = new ConcurrentHashMap<>();
    private final List<JsonObject> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger leases = new AtomicInteger();
    /// Leases that were given back again with another outcome; the same one again is a repeated call, and
    /// harmless.
    private final AtomicInteger contradictions = new AtomicInteger();
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private volatile boolean alternatives = true;
    private volatile boolean full;
    private volatile boolean forgetful;
    private volatile boolean hanging;
    private volatile boolean settling;
    private volatile Instant deadline = Instant.MAX;
    private volatile String broken = "";
    private volatile String gone = "";
    private final AtomicInteger lists = new AtomicInteger();
    private final Queue<Integer> refusals = new ConcurrentLinkedQueue<>();
    private volatile String wantedToken = "";
    private @Nullable HttpServer server;
    private int port;

    public ScriptedScheduler(Vertx vertx, List<ScriptedInstance> instances) {
        this.vertx = vertx;
        this.instances = List.copyOf(instances);
    }

    /// Listens, on the same port as before once it has been up.
    public ScriptedScheduler start() {
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

    public void expectToken(String token) {
        wantedToken = token;
    }

    /// Whether leases name a second instance.
    public void offerAlternatives(boolean offer) {
        alternatives = offer;
    }

    public void full(boolean isFull) {
        full = isFull;
    }

    /// As just after a restart: no instance has reported yet.
    public void forgetful(boolean isForgetful) {
        forgetful = isForgetful;
    }

    /// Takes calls for leases and answers none, as a stopped process does; when it goes on, it answers those
    /// still waiting.
    public void hang(boolean hangs) {
        hanging = hangs;
        if (!hangs) {
            held.forEach(Runnable::run);
            held.clear();
        }
    }

    /// As just after a restart, and it says so: leases are refused, and the list is empty, because nobody has
    /// reported.
    public void settling(boolean settles) {
        settling = settles;
    }

    /// When the leases end that are granted from now on, by the scheduler's own clock.
    public void leasesEnd(Instant at) {
        deadline = at;
    }

    /// The first instance of each lease, as JSON, instead of a real one.
    public void leaseNames(JsonObject target) {
        broken = target.encode();
    }

    /// Lists an instance as gone.
    public void loses(ScriptedInstance instance) {
        gone = instance.id();
    }

    /// Answers the next lease that is given back with this status, and forgets that it came.
    public void refuseRelease(int status) {
        refusals.add(status);
    }

    /// How often the instances were asked for.
    public int lists() {
        return lists.get();
    }

    public List<JsonObject> asked() {
        return asked;
    }

    /// Outcomes by lease.
    public Map<String, JsonObject> released() {
        return released;
    }

    /// How the first lease since the last reset ended; waits until it was given back.
    public JsonObject outcome() {
        return await().until(() -> released.get("lease-1"), Objects::nonNull);
    }

    public int granted() {
        return leases.get();
    }

    /// Waits until every lease was given back, and sees that none was given back in two ways.
    public void everyLeaseIsBack() {
        await().untilAsserted(() -> assertThat(released).hasSize(granted()));
        assertThat(contradictions).hasValue(0);
    }

    public void reset() {
        released.clear();
        asked.clear();
        leases.set(0);
        contradictions.set(0);
        alternatives = true;
        full = false;
        forgetful = false;
        settling = false;
        deadline = Instant.MAX;
        broken = "";
        gone = "";
        lists.set(0);
        refusals.clear();
        hang(false);
        if (server == null) {
            start();
        }
    }

    private void handle(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            if (!wantedToken.equals(request.getHeader("x-autoglm-internal-token"))) {
                request.response().setStatusCode(401).end();
            } else if (request.path().equals("/v1/instances")) {
                lists.incrementAndGet();
                json(request, 200, list());
            } else if (request.method().equals(HttpMethod.POST)) {
                lease(request, body.toJsonObject());
            } else if (request.method().equals(HttpMethod.DELETE)) {
                Integer refusal = refusals.poll();
                if (refusal != null) {
                    request.response().setStatusCode(refusal).end();
                    return;
                }
                String id = request.path().substring("/v1/leases/".length());
                JsonObject outcome = body.toJsonObject();
                JsonObject before = released.putIfAbsent(id, outcome);
                if (before != null && !before.equals(outcome)) {
                    contradictions.incrementAndGet();
                }
                request.response().setStatusCode(204).end();
            }
        });
    }

    private void lease(HttpServerRequest request, JsonObject wanted) {
        asked.add(wanted);
        if (hanging) {
            held.add(() -> vertx.runOnContext(go -> answer(request, wanted)));
        } else {
            answer(request, wanted);
        }
    }

    private void answer(HttpServerRequest request, JsonObject wanted) {
        if (request.response().closed()) {
            return;
        }
        if (settling) {
            json(request, 503, new JsonObject().put("error", new JsonObject().put("code", "settling")));
            return;
        }
        if (forgetful || !MODEL.equals(wanted.getString("model"))) {
            json(request, 404, new JsonObject());
            return;
        }
        JsonArray exclude = wanted.getJsonArray("exclude", new JsonArray());
        List<ScriptedInstance> free =
                instances.stream().filter(one -> !exclude.contains(one.id())).toList();
        if (full || free.isEmpty()) {
            request.response().putHeader("Retry-After", "3");
            json(request, 503, new JsonObject());
            return;
        }
        JsonArray others = new JsonArray();
        if (alternatives) {
            free.stream().skip(broken.isEmpty() ? 1 : 0).forEach(one -> others.add(target(one)));
        }
        json(
                request,
                201,
                new JsonObject()
                        .put("id", "lease-" + leases.incrementAndGet())
                        .put("instance", broken.isEmpty() ? target(free.getFirst()) : new JsonObject(broken))
                        .put("alternatives", others)
                        .put("deadline", deadline.equals(Instant.MAX) ? inTenMinutes() : deadline.toString()));
    }

    private static String inTenMinutes() {
        return Instant.now().plusSeconds(600).toString();
    }

    private JsonObject list() {
        JsonArray all = new JsonArray();
        for (ScriptedInstance one : settling ? List.<ScriptedInstance>of() : instances) {
            all.add(target(one)
                    .put("pid", 0)
                    .put("state", one.id().equals(gone) ? "gone" : "ready")
                    .put("since", "2026-01-01T00:00:00Z")
                    .put("models", new JsonArray().add(model(MODEL)).add(model(SLASHED_MODEL)))
                    .put("engine", "cpu")
                    .put("slots", 8)
                    .put("running", 0)
                    .put("queued", 0)
                    .put("inFlight", 0)
                    .put("restarts", 0));
        }
        return new JsonObject().put("instances", all).put("settling", settling);
    }

    private static JsonObject model(String name) {
        return new JsonObject().put("id", name).put("version", "v1").put("maxModelTokens", 1000);
    }

    private static JsonObject target(ScriptedInstance instance) {
        return new JsonObject().put("id", instance.id()).put("url", instance.url());
    }

    private static void json(HttpServerRequest request, int status, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(body.toBuffer());
    }
}
