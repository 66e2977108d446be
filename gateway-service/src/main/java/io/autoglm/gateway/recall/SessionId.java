package io.autoglm.gateway.recall;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The context service's name for a conversation: `s_` and the SHA-256, in hex, of the account and the client's
/// own name for it. So two accounts of a tenant never meet under one name, whatever characters and lengths both
/// have, and a name as the context service wants it always comes out.
final class SessionId {
    private SessionId() {}

    static String of(String account, String name) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            // A session's name holds no line break, so the last one ends the account.
            byte[] both = (account + "\n" + name).getBytes(StandardCharsets.UTF_8);
            return "s_" + HexFormat.of().formatHex(digest.digest(both));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
