package io.autoglm.gateway.recall;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The context service's name for a conversation: `s_` and the SHA-256, in hex, of the subject and the client's
/// own name for it. So two subjects of a tenant never meet under one name, whatever characters and lengths both
/// have; a key may be replaced by another of the same subject; and what comes out is a name as the context
/// service wants it.
final class SessionId {
    private SessionId() {}

    static String of(String subject, String name) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            // A session's name holds no line break, so the last one ends the subject.
            byte[] both = (subject + "\n" + name).getBytes(StandardCharsets.UTF_8);
            return "s_" + HexFormat.of().formatHex(digest.digest(both));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
