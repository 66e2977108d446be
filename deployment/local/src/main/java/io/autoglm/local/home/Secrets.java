package io.autoglm.local.home;

import io.autoglm.local.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/// The secrets of a suite, made at its first `up` and kept: 256 random bits each.
///
/// @param key           the API key, `sk-…`
/// @param internalToken what the services show each other
/// @param redisPassword so that other users of this machine cannot read conversations over loopback
public record Secrets(String key, String internalToken, String redisPassword) {

    /// Reads them, makes those that are missing, and sees that the gateway's file of hashes holds the key's.
    public static Secrets of(Home home) throws IOException {
        Secrets secrets = new Secrets(
                keptOrMade(home.key(), "sk-"),
                keptOrMade(home.internalToken(), ""),
                keptOrMade(home.redisPassword(), ""));
        secrets.admitKey(home.keysFile());
        return secrets;
    }

    private static String keptOrMade(Path file, String prefix) throws IOException {
        if (Files.exists(file)) {
            String kept = Files.readString(file).strip();
            if (!kept.isEmpty()) return kept;
        }
        byte[] bits = new byte[32];
        new SecureRandom().nextBytes(bits);
        String made = prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        WholeFile.write(file, made + "\n");
        return made;
    }

    /// Other keys that someone has put into the file stay; only the entry `local` is ours.
    private void admitKey(Path keysFile) throws IOException {
        String hash = sha256(key);
        List<Json> entries = new ArrayList<>();
        if (Files.exists(keysFile)) {
            entries.addAll(Json.parse(Files.readString(keysFile)).at("keys").items());
        }
        if (entries.stream().anyMatch(entry -> hash.equals(entry.at("sha256").text()))) return;
        entries.removeIf(entry -> "local".equals(entry.at("id").text()));
        entries.addFirst(localEntry(hash));
        WholeFile.write(keysFile, Json.object("keys", entries) + "\n");
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
                "local",
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

    /// Hides what a record would print of itself.
    @Override
    public String toString() {
        return "Secrets[…]";
    }
}
