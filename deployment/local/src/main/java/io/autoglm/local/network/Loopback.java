package io.autoglm.local.network;

import io.autoglm.local.home.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Requests to a part of this suite. `HttpURLConnection` and not `java.net.http`: it costs a tenth of the
/// start-up time, and these are single requests. A proxy that the machine is set to is passed by.
public final class Loopback {
    private Loopback() {}

    private static final int MAX_BODY_BYTES = 4 << 20;

    /// @param status 0 where nobody answered in time
    public record Answer(int status, String body) {
        public boolean isOk() {
            return status == HttpURLConnection.HTTP_OK;
        }
    }

    /// Any failure to get an answer is an answer with status 0 and the reason as its body.
    public static Answer get(String url, Map<String, String> headers, int timeoutMillis) {
        try {
            HttpURLConnection connection = open(url, headers, timeoutMillis, timeoutMillis);
            int status = connection.getResponseCode();
            return new Answer(status, body(connection));
        } catch (IOException unanswered) {
            return new Answer(0, Fault.words(unanswered));
        }
    }

    public static HttpURLConnection open(
            String url, Map<String, String> headers, int connectTimeoutMillis, int readTimeoutMillis)
            throws IOException {
        if (!(URI.create(url).toURL().openConnection(Proxy.NO_PROXY) instanceof HttpURLConnection connection)) {
            throw new IOException(url + " is not an HTTP URL");
        }
        connection.setConnectTimeout(connectTimeoutMillis);
        connection.setReadTimeout(readTimeoutMillis);
        connection.setInstanceFollowRedirects(false);
        headers.forEach(connection::setRequestProperty);
        return connection;
    }

    /// The body of an answer or of an error, cut at 4 MiB.
    public static String body(HttpURLConnection connection) throws IOException {
        boolean isError = connection.getResponseCode() >= HttpURLConnection.HTTP_BAD_REQUEST;
        try (InputStream body = isError ? connection.getErrorStream() : connection.getInputStream()) {
            return body == null ? "" : new String(body.readNBytes(MAX_BODY_BYTES), StandardCharsets.UTF_8);
        }
    }
}
