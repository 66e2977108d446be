package io.autoglm.inference.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/// An engine behind an OpenAI API, driven by streamed `/v1/completions` of exact lengths.
final class ServedEngine {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final URI completions;
    private final String key;
    private final String model;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    ServedEngine(String name, URI base, String key, String model) {
        this.name = name;
        this.completions = base.resolve("/v1/completions");
        this.key = key;
        this.model = model;
    }

    String name() {
        return name;
    }

    Rounds.Rate prefill(int[] prompt) throws IOException, InterruptedException {
        long start = System.nanoTime();
        stream(prompt, 1);
        return rate(prompt.length, start);
    }

    Rounds.Rate decode(int[] prompt, int streams, int tokens) throws InterruptedException, ExecutionException {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            int answered = 0;
            List<Future<Integer>> all = Stream.generate(
                            () -> clients.submit((Callable<Integer>) () -> stream(prompt, tokens)))
                    .limit(streams)
                    .toList();
            for (Future<Integer> each : all) {
                answered += each.get();
            }
            return rate(answered, start);
        }
    }

    private static Rounds.Rate rate(int tokens, long start) {
        return new Rounds.Rate(tokens * 1e9 / (System.nanoTime() - start), Double.NaN);
    }

    /// How long after its request one token is there.
    Duration firstToken(int[] prompt) throws IOException, InterruptedException {
        long start = System.nanoTime();
        stream(prompt, 1);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /// One streamed answer of exactly that many tokens; returns the number that the usage says.
    private int stream(int[] prompt, int tokens) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode()
                .put("model", model)
                .put("max_tokens", tokens)
                .put("temperature", 0)
                .put("ignore_eos", true)
                .put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        Arrays.stream(prompt).forEach(body.putArray("prompt")::add);
        HttpRequest request = HttpRequest.newBuilder(completions)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        HttpResponse<Stream<String>> response = http.send(request, HttpResponse.BodyHandlers.ofLines());
        List<String> lines = response.body().toList();
        if (response.statusCode() != 200) {
            throw new IOException(name + " answered " + response.statusCode() + " " + String.join(" ", lines));
        }
        String last = lines.stream()
                .filter(line -> line.startsWith("data: {") && line.contains("\"completion_tokens\""))
                .reduce((_, later) -> later)
                .orElse("data: {}");
        JsonNode usage = JSON.readTree(last.substring("data: ".length())).path("usage");
        if (usage.path("completion_tokens").asInt() != tokens) {
            throw new IOException(name + " was asked for " + tokens + " tokens and answered " + last);
        }
        return tokens;
    }
}
