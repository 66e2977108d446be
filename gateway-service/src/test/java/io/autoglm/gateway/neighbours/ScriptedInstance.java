package io.autoglm.gateway.neighbours;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// An inference instance that answers as scripted: the next script in line, or else the default one.
public final class ScriptedInstance {
    /// What the gateway sent.
    public record Received(HttpServerRequest request, JsonObject body, Buffer raw) {
        public String header(String name) {
            return String.valueOf(request.getHeader(name));
        }

        public HttpServerResponse response() {
            return request.response();
        }
    }

    @FunctionalInterface
    public interface Script {
        void answer(Received received);
    }

    public static final List<String> WORDS = List.of("Hel", "lo", " 世界", "!");

    private final String id;
    private final HttpServer server;
    private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Script usual = ScriptedInstance::talk;
    private final AtomicInteger aborted = new AtomicInteger();
    private final Set<HttpConnection> unused = ConcurrentHashMap.newKeySet();
    private int port;

    public ScriptedInstance(Vertx vertx, String id) {
        this.id = id;
        // With HTTP/2 in the clear a connection is only seen once something comes on it.
        this.server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .connectionHandler(unused::add)
                .requestHandler(this::handle);
    }

    public ScriptedInstance start() {
        port = server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
        return this;
    }

    public void stop() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }

    public String id() {
        return id;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /// Scripts the next request; later ones queue behind it.
    public void next(Script script) {
        scripts.add(script);
    }

    /// What every request gets that no script waits for, until the next reset.
    public void always(Script script) {
        usual = script;
    }

    public List<Received> received() {
        return received;
    }

    /// Requests whose connection went away before they were answered.
    public int aborted() {
        return aborted.get();
    }

    /// Connections that were opened since the last reset, and on which no request has come.
    public int unusedConnections() {
        return unused.size();
    }

    public void reset() {
        scripts.clear();
        usual = ScriptedInstance::talk;
        received.clear();
        aborted.set(0);
        unused.clear();
    }

    private void handle(HttpServerRequest request) {
        unused.remove(request.connection());
        request.response().closeHandler(closed -> {
            if (!request.response().ended()) {
                aborted.incrementAndGet();
            }
        });
        request.body().onSuccess(body -> {
            Received one = new Received(request, body.length() == 0 ? new JsonObject() : body.toJsonObject(), body);
            received.add(one);
            Script script = scripts.poll();
            (script == null ? usual : script).answer(one);
        });
    }

    /// The default: four words, streamed or not as asked.
    public static void talk(Received received) {
        if (received.body().getBoolean("stream", false)) {
            beginStream(received);
            greeting(received);
            WORDS.forEach(word -> received.response().write(word(word)));
            endStream(received);
        } else {
            json(received, 200, whole(String.join("", WORDS), 12, 4));
        }
    }

    public static void beginStream(Received received) {
        received.response().setChunked(true).putHeader("Content-Type", "text/event-stream");
    }

    public static void greeting(Received received) {
        received.response()
                .write("data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n");
    }

    /// Finish reason, usage where it was asked for, `[DONE]`.
    public static void endStream(Received received) {
        received.response()
                .write("data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
        if (received.body().getJsonObject("stream_options", new JsonObject()).getBoolean("include_usage", false)) {
            received.response().write(usage(12, 4));
        }
        received.response().end("data: [DONE]\n\n");
    }

    public static String word(String text) {
        return "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
    }

    /// Said by an engine that thinks before it answers: nobody can go on with it from the text alone.
    public static String thought(String text) {
        return "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"" + text
                + "\"}}]}\n\n";
    }

    public static String usage(int prompt, int completion) {
        return "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":" + prompt + ",\"completion_tokens\":"
                + completion + ",\"total_tokens\":" + (prompt + completion) + "}}\n\n";
    }

    public static JsonObject whole(String text, int prompt, int completion) {
        return new JsonObject()
                .put("id", "c1")
                .put("object", "chat.completion")
                .put(
                        "choices",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("index", 0)
                                        .put(
                                                "message",
                                                new JsonObject()
                                                        .put("role", "assistant")
                                                        .put("content", text))
                                        .put("finish_reason", "stop")))
                .put(
                        "usage",
                        new JsonObject()
                                .put("prompt_tokens", prompt)
                                .put("completion_tokens", completion)
                                .put("total_tokens", prompt + completion));
    }

    public static void json(Received received, int status, JsonObject body) {
        received.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(body.toBuffer());
    }

    /// As a killed process looks from outside.
    public static void dropConnection(Received received) {
        received.request().connection().close();
    }

    public static Script refusing(int status, String message) {
        return received -> json(
                received,
                status,
                new JsonObject()
                        .put(
                                "error",
                                new JsonObject()
                                        .put("message", message)
                                        .put("type", status < 500 ? "invalid_request_error" : "server_error")
                                        .putNull("param")
                                        .putNull("code")));
    }
}
