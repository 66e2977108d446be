package io.autoglm.context.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A script of `lua/`, called by its hash and sent whole only to a Redis that does not know it yet.
enum LuaScript {
    CREATE,
    APPEND,
    DESCRIBE,
    WINDOW,
    TURNS,
    NOTE,
    PAGE,
    FORGET,
    WRITABLE;

    private final String source;
    private final String sha1;

    LuaScript() {
        source = read("/lua/" + label() + ".lua");
        sha1 = sha1(source);
    }

    String source() {
        return source;
    }

    /// As `EVALSHA` wants it.
    String sha1() {
        return sha1;
    }

    /// For metrics.
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    private static String read(String resource) {
        try (InputStream in = LuaScript.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(resource + " cannot be read", e);
        }
    }

    private static String sha1(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
