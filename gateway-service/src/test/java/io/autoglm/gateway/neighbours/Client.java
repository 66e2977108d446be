package io.autoglm.gateway.neighbours;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;

/// A plain HTTP client of the gateway under test.
public final class Client {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /// Asked for once, by a test's own thread: those of the common pool may have another class loader, which has
    /// another configuration.
    private static final int PORT = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);

    private Client() {}

    public static int port() {
        return PORT;
    }

    /// A page of the management port.
    public static String management(String path) {
        int port = ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .GET())
                .body();
    }

    public static HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    public static HttpRequest.Builder withKey(String path) {
        return to(path).header("Authorization", "Bearer " + Neighbours.KEY);
    }

    public static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static HttpResponse<String> post(String path, String body, String... headers) {
        HttpRequest.Builder request = withKey(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    public static HttpResponse<String> chat(String body, String... headers) {
        return post("/v1/chat/completions", body, headers);
    }

    public static HttpResponse<String> get(String path) {
        return send(withKey(path).GET());
    }

    public static JsonObject error(HttpResponse<String> response) {
        return new JsonObject(response.body()).getJsonObject("error");
    }

    public static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    public static String ask(String text, boolean stream) {
        return new JsonObject()
                .put("model", ScriptedScheduler.MODEL)
                .put("stream", stream)
                .put(
                        "messages",
                        new io.vertx.core.json.JsonArray()
                                .add(new JsonObject().put("role", "user").put("content", text)))
                .encode();
    }
}
