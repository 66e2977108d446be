package io.autoglm.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A Lua script, called by its hash and sent whole only to a Redis that does not know it yet. A native image
/// needs `quarkus.native.resources.includes=lua/*.lua`, which this module sets.
///
/// @param label  for metrics
/// @param source Lua 5.1
/// @param sha1   of the source, as `EVALSHA` wants it
public record LuaScript(String label, String source, String sha1) {

    /// Reads `/lua/<label>.lua` from the class path.
    ///
    /// @throws IllegalStateException when it is not there
    public static LuaScript of(String label) {
        String source = read("/lua/" + label + ".lua");
        return new LuaScript(label, source, sha1(source));
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
