package io.autoglm.local.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/// The secrets of a suite, made at its first `up` and kept: 256 random bits each.
///
/// @param key           the API key, `sk-…`
/// @param internalToken what the services show each other
/// @param redisPassword so that other users of this machine cannot read conversations over loopback
/// @param keyPepper     with which the gateway hashes the keys that it makes
public record Secrets(String key, String internalToken, String redisPassword, String keyPepper) {

    /// Reads them, and makes those that are missing.
    public static Secrets of(Home home) throws IOException {
        return new Secrets(
                keptOrMade(home.key(), "sk-"),
                keptOrMade(home.internalToken(), ""),
                keptOrMade(home.redisPassword(), ""),
                keptOrMade(home.keyPepper(), ""));
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

    /// Hides what a record would print of itself.
    @Override
    public String toString() {
        return "Secrets[…]";
    }
}
