package io.autoglm.local.network;

import io.autoglm.local.home.Home;
import io.autoglm.local.json.Json;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The suite's front door, used with the key of this machine like any other client uses it.
///
/// @param url base URL without `/v1`
/// @param key secret
public record Gateway(String url, String key) {

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    /// Between two pieces of an answer; a large model on a small machine may think for long before the first.
    private static final int READ_TIMEOUT_MILLIS = 300_000;

    public static Gateway of(Home home, int portOffset) throws IOException {
        PortPlan ports = new PortPlan(portOffset);
        return new Gateway(
                ports.url(ports.gateway()), Files.readString(home.key()).strip());
    }

    /// The models that can be asked now; may be none.
    ///
    /// @throws IOException with the gateway's own words when it does not tell
    public List<String> models() throws IOException {
        Loopback.Answer answer =
                Loopback.get(url + "/v1/models", Map.of("Authorization", "Bearer " + key), CONNECT_TIMEOUT_MILLIS);
        if (!answer.isOk()) throw new IOException(message(answer.body()));
        return Json.parse(answer.body()).at("data").items().stream()
                .map(model -> model.at("id").text(""))
                .filter(id -> !id.isEmpty())
                .toList();
    }

    /// Sends a chat completion; the answer has its status, and its body is still to be read.
    public HttpURLConnection complete(Json request, Map<String, String> headers) throws IOException {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Authorization", "Bearer " + key);
        all.put("Content-Type", "application/json");
        HttpURLConnection connection =
                Loopback.open(url + "/v1/chat/completions", all, CONNECT_TIMEOUT_MILLIS, READ_TIMEOUT_MILLIS);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
        return connection;
    }

    /// The message of an error in OpenAI's shape, else the text itself.
    public static String message(String body) {
        try {
            return Json.parse(body).at("error").at("message").text(body);
        } catch (IllegalArgumentException notJson) {
            return body;
        }
    }

    /// Hides the key.
    @Override
    public String toString() {
        return "Gateway[" + url + "]";
    }
}
