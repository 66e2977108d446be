package io.autoglm.gateway.identity;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The keys that are good, by hash; immutable.
///
/// A key is 256 random bits, so its plain SHA-256 can be neither searched nor looked up in a table, and needs
/// no salt and no slow function. Lookup is by the hash of what the client sent: its timing says nothing about
/// any key.
final class KeyRing {
    /// Keys in one file; more is a mistake, or wants a store of its own.
    static final int MAX_KEYS = 10_000;

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record KeyFile(@Nullable List<ApiKey> keys) {}

    private record Entry(Caller caller, ApiKey key) {}

    private final Map<String, Entry> byHash;

    private KeyRing(Map<String, Entry> byHash) {
        this.byHash = Map.copyOf(byHash);
    }

    /// Entries may share an id, while a key is being replaced; they are one caller then, counted together.
    ///
    /// @param requiredRole what the file may call the role `user`, which is that of a key that names none
    /// @throws IOException when the text is no key file; the message names what is at fault, never a value
    static KeyRing parse(byte[] text, ObjectMapper json, String requiredRole) throws IOException {
        KeyFile file = json.readValue(text, KeyFile.class);
        if (file == null || file.keys() == null) {
            throw new IOException("keys: must be a list");
        }
        if (file.keys().size() > MAX_KEYS) {
            throw new IOException("keys: at most " + MAX_KEYS + " are allowed, found "
                    + file.keys().size());
        }
        Map<String, Entry> byHash = new HashMap<>();
        Map<String, Caller> byId = new HashMap<>();
        for (ApiKey key : file.keys()) {
            Caller caller = caller(key, requiredRole);
            @Nullable Caller namesake = byId.putIfAbsent(key.id(), caller);
            if (namesake != null && !oneAccount(namesake, caller)) {
                throw new IOException("keys: the entries with the id " + key.id() + " differ in tenant or limits");
            }
            if (byHash.put(key.sha256(), new Entry(caller, key)) != null) {
                throw new IOException("keys: two entries have the same sha256, one of them is " + key.id());
            }
        }
        return new KeyRing(byHash);
    }

    Optional<Caller> find(String presented, Instant now) {
        return Optional.ofNullable(byHash.get(sha256(presented)))
                .filter(entry -> !entry.key().expiredAt(now))
                .map(Entry::caller);
    }

    int size() {
        return byHash.size();
    }

    static String sha256(String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static boolean oneAccount(Caller one, Caller other) {
        return one.tenant().equals(other.tenant()) && one.limits().equals(other.limits());
    }

    private static Caller caller(ApiKey key, String requiredRole) throws IOException {
        try {
            return key.caller(requiredRole);
        } catch (IllegalArgumentException e) {
            throw new IOException("key " + key.id() + ": " + e.getMessage(), e);
        }
    }
}
