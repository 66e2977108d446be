package io.autoglm.inference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// A scheduler that writes down what instances report.
public final class FakeScheduler implements QuarkusTestResourceLifecycleManager {

    /// What came, in order; Quarkus loads tests in a class loader of its own, so the lists are shared through it.
    private final List<JsonNode> reports = new CopyOnWriteArrayList<>();

    private final List<String> tokens = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init") // Quarkus calls start() first
    private HttpServer server;

    public record Seen(List<JsonNode> reports, List<String> tokens) {}

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/v1/instances/inference-7", this::take);
        server.start();
        return Map.of(
                "autoglm.scheduler.url",
                        "http://127.0.0.1:" + server.getAddress().getPort(),
                "autoglm.instance.id", "inference-7",
                "autoglm.instance.url", "http://127.0.0.1:9");
    }

    private void take(HttpExchange exchange) throws IOException {
        tokens.add(exchange.getRequestHeaders().getFirst("x-autoglm-internal-token"));
        if (exchange.getRequestMethod().equals("PUT")) {
            reports.add(new ObjectMapper().readTree(exchange.getRequestBody()));
        }
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(new Seen(reports, tokens), new TestInjector.MatchesType(Seen.class));
    }

    @Override
    public void stop() {
        server.stop(0);
    }
}
