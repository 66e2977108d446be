package io.autoglm.local.terminal;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.WholeFile;
import io.autoglm.local.json.Json;
import io.autoglm.local.network.Gateway;
import io.autoglm.local.network.Loopback;
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

/// `chat`: a conversation in the terminal, through the same door as any other client. The suite remembers the
/// turns under a session id that is kept in the home, so a later `chat` goes on where this one ends.
///
/// @param isTerminal whether to draw a prompt
public record ChatTerminal(Home home, Gateway gateway, boolean isTerminal, PrintStream out) {

    /// @param prompt the one thing to say; null to read lines until the input ends
    /// @param forget begins a new session
    /// @return whether every prompt was answered
    public boolean talk(@Nullable String prompt, boolean forget) throws IOException {
        List<String> models = gateway.models();
        if (models.isEmpty()) {
            System.err.println("autoglm: no model is ready: ./autoglm status");
            return false;
        }
        String model = models.getFirst();
        String session = session(forget);
        if (prompt != null) return ask(prompt, model, session);
        if (isTerminal) out.println(model + " · an empty line or Ctrl-D ends");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean answered = true;
        while (true) {
            if (isTerminal) out.print("\n> ");
            out.flush();
            String line = lines.readLine();
            if (line == null || (isTerminal && line.isBlank())) return answered;
            if (!line.isBlank()) answered &= ask(line, model, session);
        }
    }

    private String session(boolean forget) throws IOException {
        if (!forget && Files.exists(home.chatSession())) {
            return Files.readString(home.chatSession()).strip();
        }
        String fresh = "chat-" + UUID.randomUUID();
        WholeFile.write(home.chatSession(), fresh + "\n");
        return fresh;
    }

    private boolean ask(String prompt, String model, String session) throws IOException {
        Json message = Json.object("role", "user", "content", prompt);
        Json request = Json.object("model", model, "stream", true, "messages", List.of(message));
        HttpURLConnection answer = gateway.complete(request, Map.of("X-Session-Id", session));
        if (answer.getResponseCode() != HttpURLConnection.HTTP_OK) {
            System.err.println("autoglm: " + Gateway.message(Loopback.body(answer)));
            return false;
        }
        try (BufferedReader events =
                new BufferedReader(new InputStreamReader(answer.getInputStream(), StandardCharsets.UTF_8))) {
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
            Json event = Gateway.parsed(data);
            if (event.at("error").value() != null) {
                out.println();
                System.err.println("autoglm: " + Gateway.message(data));
                return false;
            }
            for (Json choice : event.at("choices").items()) print(choice.at("delta"));
            out.flush();
        }
        System.err.println("autoglm: the answer broke off");
        return false;
    }

    private void print(Json delta) {
        out.print(delta.at("reasoning_content").text(""));
        out.print(delta.at("content").text(""));
        for (Json call : delta.at("tool_calls").items()) {
            out.print(call.at("function").at("name").text(""));
            out.print(call.at("function").at("arguments").text(""));
        }
    }
}
