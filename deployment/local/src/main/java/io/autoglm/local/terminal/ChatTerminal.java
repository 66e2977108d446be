package io.autoglm.local.terminal;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.WholeFile;
import io.autoglm.local.json.Json;
import io.autoglm.local.network.Loopback;
import io.autoglm.local.network.PortPlan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `chat`: a conversation in the terminal, through the same door as any other client: the gateway, with the local key.
/// The suite remembers the turns under a session id that is kept in the home, so a later `chat` goes on where this ends.
///
/// @param isTerminal whether to draw a prompt
public record ChatTerminal(Home home, int portOffset, boolean isTerminal, PrintStream out) {

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    /// Between two pieces of an answer; a large model on a small machine may think for long before the first.
    private static final int READ_TIMEOUT_MILLIS = 300_000;

    /// @param prompt the one thing to say; null to read lines until the input ends
    /// @param forget begins a new session
    /// @return whether every prompt was answered
    public boolean talk(@Nullable String prompt, boolean forget) throws IOException {
        String key = Files.readString(home.key()).strip();
        String model = model(key);
        if (model == null) return false;
        String session = session(forget);
        if (prompt != null) return ask(prompt, model, key, session);
        if (isTerminal) out.println(model + " · an empty line or Ctrl-D ends");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean answered = true;
        while (true) {
            if (isTerminal) out.print("\n> ");
            out.flush();
            String line = lines.readLine();
            if (line == null || (isTerminal && line.isBlank())) return answered;
            if (!line.isBlank()) answered &= ask(line, model, key, session);
        }
    }

    private String url() {
        PortPlan ports = new PortPlan(portOffset);
        return ports.url(ports.gateway());
    }

    private @Nullable String model(String key) {
        Loopback.Answer answer =
                Loopback.get(url() + "/v1/models", Map.of("Authorization", "Bearer " + key), CONNECT_TIMEOUT_MILLIS);
        if (!answer.isOk()) {
            System.err.println("autoglm: the gateway does not list its models: " + message(answer.body()));
            return null;
        }
        List<Json> models = Json.parse(answer.body()).at("data").items();
        if (models.isEmpty()) System.err.println("autoglm: no model is ready: ./autoglm status");
        return models.isEmpty() ? null : models.getFirst().at("id").text();
    }

    private String session(boolean forget) throws IOException {
        if (!forget && Files.exists(home.chatSession())) {
            return Files.readString(home.chatSession()).strip();
        }
        String fresh = "chat-" + UUID.randomUUID();
        WholeFile.write(home.chatSession(), fresh + "\n");
        return fresh;
    }

    private boolean ask(String prompt, String model, String key, String session) throws IOException {
        Json request = Json.object(
                "model", model,
                "stream", true,
                "messages", List.of(Json.object("role", "user", "content", prompt)));
        HttpURLConnection connection = Loopback.open(
                url() + "/v1/chat/completions",
                Map.of(
                        "Authorization", "Bearer " + key,
                        "Content-Type", "application/json",
                        "X-Session-Id", session),
                CONNECT_TIMEOUT_MILLIS,
                READ_TIMEOUT_MILLIS);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            System.err.println("autoglm: " + message(Loopback.body(connection)));
            return false;
        }
        try (BufferedReader events =
                new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            return print(events);
        } finally {
            out.println();
        }
    }

    /// Writes the pieces of the answer as they come.
    private boolean print(BufferedReader events) throws IOException {
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            if (!line.startsWith("data:")) continue;
            String data = line.substring("data:".length()).strip();
            if (data.equals("[DONE]")) return true;
            Json event = Json.parse(data);
            if (event.at("error").value() != null) {
                out.println();
                System.err.println("autoglm: " + message(data));
                return false;
            }
            for (Json choice : event.at("choices").items()) {
                Json delta = choice.at("delta");
                out.print(delta.at("reasoning_content").text(""));
                out.print(delta.at("content").text(""));
                for (Json call : delta.at("tool_calls").items()) {
                    out.print(call.at("function").at("name").text(""));
                    out.print(call.at("function").at("arguments").text(""));
                }
            }
            out.flush();
        }
        System.err.println("autoglm: the answer broke off");
        return false;
    }

    /// The message of an error in OpenAI's shape, else the text itself.
    private static String message(String body) {
        try {
            return Json.parse(body).at("error").at("message").text(body);
        } catch (IllegalArgumentException notJson) {
            return body;
        }
    }
}
