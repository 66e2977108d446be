package io.autoglm.scheduler;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.ServedModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// An instance in a process of its own, small enough to start in a fraction of a second: it answers `/health` and
/// `/v1/completions` and reports itself. With the argument `broken` it ends as one whose model cannot be loaded;
/// with `crash` it crashes.
public final class SmallInstance {
    private SmallInstance() {}

    public static void main(String... arguments) throws IOException {
        List<String> words = List.of(arguments);
        if (words.contains("broken")) {
            System.err.println("autoglm: cannot serve: config.json: missing");
            System.exit(78);
        }
        if (words.contains("crash")) {
            System.err.println("out of luck");
            System.exit(3);
        }
        int port = Integer.parseInt(System.getenv("AUTOGLM_PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/health", exchange -> answer(exchange, 200, "{}"));
        server.createContext(
                "/v1/completions",
                exchange -> answer(exchange, 200, "{\"choices\":[{\"text\":\"hi\",\"finish_reason\":\"length\"}]}"));
        server.start();
        report();
    }

    private static void report() {
        HttpClient client = HttpClient.newHttpClient();
        ObjectMapper json = new ObjectMapper();
        String id = System.getenv("AUTOGLM_INSTANCE_ID");
        String incarnation = UUID.randomUUID().toString();
        URI target = URI.create(System.getenv("AUTOGLM_SCHEDULER_URL") + "/v1/instances/" + id);
        var _ = Executors.newSingleThreadScheduledExecutor()
                .scheduleAtFixedRate(
                        () -> {
                            try {
                                byte[] body = json.writeValueAsBytes(new InstanceReport(
                                        id,
                                        incarnation,
                                        System.getenv("AUTOGLM_INSTANCE_URL"),
                                        ProcessHandle.current().pid(),
                                        InstanceState.READY,
                                        null,
                                        List.of(new ServedModel("small", "v1", 128)),
                                        "cpu",
                                        4,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        null));
                                client.send(
                                        HttpRequest.newBuilder(target)
                                                .header("content-type", "application/json")
                                                .header(Headers.INTERNAL_TOKEN, System.getenv("AUTOGLM_INTERNAL_TOKEN"))
                                                .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                                                .build(),
                                        HttpResponse.BodyHandlers.discarding());
                            } catch (IOException | InterruptedException schedulerIsAway) {
                                System.err.println("not reported: " + schedulerIsAway);
                            }
                        },
                        0,
                        200,
                        TimeUnit.MILLISECONDS);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("content-type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
