package io.autoglm.endtoend.stack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// An entry of the gateway's keys file, where only the key's hash is kept.
record ApiKey(String id, String secret, String tenant, int requestsPerMinute, String role) {
    static final String SUBJECT = "tests";

    ApiKey(String id, String secret, String tenant, int requestsPerMinute) {
        this(id, secret, tenant, requestsPerMinute, "user");
    }

    static Path write(List<ApiKey> keys, Path file) throws IOException {
        ObjectNode content = Http.JSON.createObjectNode();
        ArrayNode entries = content.putArray("keys");
        keys.forEach(key -> entries.add(key.entry()));
        return Files.writeString(file, content.toString());
    }

    private ObjectNode entry() {
        ObjectNode entry = Http.JSON.createObjectNode();
        entry.put("id", id)
                .put("sha256", Sha256.hex(secret))
                .put("tenant", tenant)
                .put("subject", SUBJECT);
        entry.putArray("roles").add(role);
        entry.put("requestsPerMinute", requestsPerMinute).put("maxConcurrent", 256);
        entry.putArray("models").add("*");
        entry.putNull("expiresAt");
        return entry;
    }
}
