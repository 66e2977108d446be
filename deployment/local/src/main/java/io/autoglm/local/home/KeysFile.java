package io.autoglm.local.home;

import io.autoglm.local.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the gateway knows of API keys: their hashes, and what each may do.
///
/// @param path   absolute
/// @param isOurs false for one that `AUTOGLM_KEYS_FILE` names: its owner says who is let in, and it is never written
public record KeysFile(Path path, boolean isOurs) {
    /// Of the key of this machine.
    private static final String TENANT = "local";

    public static KeysFile of(Home home, Map<String, String> environment) {
        String chosen = environment.getOrDefault("AUTOGLM_KEYS_FILE", "");
        return chosen.isBlank()
                ? new KeysFile(home.keysFile(), true)
                : new KeysFile(Path.of(chosen).toAbsolutePath().normalize(), false);
    }

    /// Sees that a file of ours holds the key of this machine. Other keys that someone has put into it stay; only the
    /// entry `local` is ours.
    public void admit(String key) throws IOException {
        if (!isOurs || admits(key)) return;
        List<Json> entries = new ArrayList<>(entries());
        entries.removeIf(entry -> "local".equals(entry.at("id").text()));
        entries.addFirst(localEntry(sha256(key)));
        WholeFile.write(path, Json.object("keys", entries) + "\n");
    }

    /// @throws IOException with the file and what is wrong with it
    public boolean admits(String key) throws IOException {
        String hash = sha256(key);
        return entries().stream()
                .anyMatch(entry -> hash.equals(entry.at("sha256").text()));
    }

    /// What the gateway is told of keys.
    ///
    /// The owner of this machine's key administers every tenant, unless someone else says who is let in.
    ///
    /// @param environment the user's, which goes before what the launcher would say
    public Map<String, String> settings(String pepper, Map<String, String> environment) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("AUTOGLM_KEYS_FILE", path.toString());
        settings.put("AUTOGLM_KEYS_PEPPER", pepper);
        if (isOurs) settings.put("AUTOGLM_ADMIN_TENANT", TENANT);
        for (String name : List.of("AUTOGLM_KEYS_PEPPER", "AUTOGLM_ADMIN_TENANT")) {
            String chosen = environment.getOrDefault(name, "");
            if (!chosen.isBlank()) settings.put(name, chosen);
        }
        return settings;
    }

    /// What to tell someone who asks for a key: this one where it is let in, else where those are that are.
    public String toTell(String key) {
        try {
            return admits(key) ? key : "one of those in " + path;
        } catch (IOException unreadable) {
            return "one of those in " + path;
        }
    }

    private List<Json> entries() throws IOException {
        if (!Files.exists(path)) return List.of();
        try {
            return Json.parse(Files.readString(path)).at("keys").items();
        } catch (IllegalArgumentException notJson) {
            throw new IOException(path + ": " + notJson.getMessage(), notJson);
        }
    }

    /// The limits of the one who owns the machine are wide; the one on concurrency keeps a script that runs wild from
    /// filling every queue.
    private static Json localEntry(String hash) {
        return Json.object(
                "id",
                "local",
                "sha256",
                hash,
                "tenant",
                TENANT,
                "subject",
                "local",
                "roles",
                List.of("user", "admin"),
                "requestsPerMinute",
                6000,
                "maxConcurrent",
                256,
                "models",
                List.of("*"),
                "expiresAt",
                null);
    }

    static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
