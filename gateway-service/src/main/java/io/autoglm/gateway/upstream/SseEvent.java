package io.autoglm.gateway.upstream;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/// One event of a server-sent-event stream, as it came.
///
/// @param raw  every byte, the closing blank line included
/// @param data what follows `data:`, lines joined by a newline; empty for a comment
public record SseEvent(Buffer raw, String data) {
    private static final String DONE = "[DONE]";

    /// The event that ends a complete OpenAI stream.
    public boolean done() {
        return data.equals(DONE);
    }

    /// A comment or an event without data: nothing but a sign of life.
    public boolean empty() {
        return data.isEmpty();
    }

    /// Its first line, where it begins with a colon; empty for any other event.
    public String comment() {
        if (!data.isEmpty() || raw.length() == 0 || raw.getByte(0) != ':') {
            return "";
        }
        return raw.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("");
    }

    /// Made here, with this data.
    public static SseEvent saying(String data) {
        return new SseEvent(Buffer.buffer("data: " + data + "\n\n"), data);
    }

    static SseEvent of(Buffer raw) {
        String text = raw.toString(StandardCharsets.UTF_8);
        StringBuilder data = new StringBuilder(text.length());
        text.lines().filter(line -> line.startsWith("data:")).forEach(line -> {
            if (!data.isEmpty()) {
                data.append('\n');
            }
            data.append(line, line.startsWith("data: ") ? 6 : 5, line.length());
        });
        return new SseEvent(raw, data.toString());
    }
}
