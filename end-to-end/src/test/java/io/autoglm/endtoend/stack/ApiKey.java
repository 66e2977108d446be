package io.autoglm.endtoend.stack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// An entry of the gateway's keys file, where only the key's hash is kept.
record ApiKey(String id, String secret, String tenant, int requestsPerMinute) {

    static Path write(List<ApiKey> keys, Path file) throws IOException {
        ObjectNode content = Http.JSON.createObjectNode();
        ArrayNode entries = content.putArray("keys");
        keys.forEach(key -> entries.add(key.entry()));
        return Files.writeString(file, content.toString());
    }

    private ObjectNode entry() {
        ObjectNode entry = Http.JSON.createObjectNode();
        entry.put("id", id).put("sha256", sha256()).put("tenant", tenant).put("subject", "tests");
        entry.putArray("roles").add("user");
        entry.put("requestsPerMinute", requestsPerMinute).put("maxConcurrent", 256);
        entry.putArray("models").add("*");
        entry.putNull("expiresAt");
        return entry;
    }

    private String sha256() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
