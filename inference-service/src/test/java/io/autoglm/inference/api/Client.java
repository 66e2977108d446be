package io.autoglm.inference.api;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.NanoProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A plain HTTP client of the instance under test.
final class Client {

    static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    record Answer(int status, String body, HttpResponse<String> response) {
        JsonNode json() {
            return Client.json(body);
        }
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    Client(URI base) {
        this.base = base;
    }

    void awaitReady() {
        await().atMost(Duration.ofSeconds(60)).until(() -> get("/health").status() == 200);
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer post(String path, String body) {
        return send(request(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).header("authorization", "Bearer " + NanoProfile.TOKEN);
    }

    HttpRequest.Builder anonymous(String path) {
        return HttpRequest.newBuilder(base.resolve(path));
    }

    Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Checks the framing byte for byte.
    ///
    /// @return the events but `[DONE]`
    static List<JsonNode> events(Answer answer) {
        List<JsonNode> events = new ArrayList<>();
        String rest = answer.body();
        boolean done = false;
        while (!rest.isEmpty()) {
            int end = rest.indexOf("\n\n");
            String event = rest.substring(0, end);
            rest = rest.substring(end + 2);
            if (!event.startsWith("data: ") || event.contains("\n") || done) {
                throw new AssertionError("not an event where one is due: " + event);
            }
            if (event.equals("data: [DONE]")) {
                done = true;
            } else {
                events.add(json(event.substring(6)));
            }
        }
        if (!done) {
            throw new AssertionError("the stream did not end with [DONE]");
        }
        return events;
    }
}
