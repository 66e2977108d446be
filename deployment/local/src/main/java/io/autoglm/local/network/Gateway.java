package io.autoglm.local.network;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.json.Json;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Inet6Address;
import java.net.InetAddress;
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

    public static Gateway of(Home home, SuiteOptions options) throws IOException {
        return new Gateway(url(options), Files.readString(home.key()).strip());
    }

    /// Where clients on this machine reach it.
    public static String url(SuiteOptions options) {
        return "http://" + reachable(options.host()) + ":" + new PortPlan(options.portOffset()).gateway();
    }

    /// A host for a URL: one that listens on every address is reached on loopback.
    private static String reachable(String host) {
        try {
            InetAddress literal = InetAddress.ofLiteral(host);
            boolean isV6 = literal instanceof Inet6Address;
            if (literal.isAnyLocalAddress()) return isV6 ? "[::1]" : "127.0.0.1";
            return isV6 ? "[" + literal.getHostAddress() + "]" : literal.getHostAddress();
        } catch (IllegalArgumentException aName) {
            return host;
        }
    }

    /// The models that can be asked now; may be none.
    ///
    /// @throws IOException with the gateway's own words when it does not tell
    public List<String> models() throws IOException {
        Loopback.Answer answer =
                Loopback.get(url + "/v1/models", Map.of("Authorization", "Bearer " + key), CONNECT_TIMEOUT_MILLIS);
        if (!answer.isOk()) throw new IOException(message(answer.body()));
        return parsed(answer.body()).at("data").items().stream()
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

    /// What the gateway said.
    ///
    /// @throws IOException when it is not JSON, so that someone else may be at the port
    public static Json parsed(String body) throws IOException {
        try {
            return Json.parse(body);
        } catch (IllegalArgumentException notJson) {
            throw new IOException("what answers as the gateway does not speak JSON: " + notJson.getMessage(), notJson);
        }
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
