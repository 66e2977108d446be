package io.autoglm.inference.api;

import io.autoglm.inference.ServingConfig;
import io.autoglm.protocol.Headers;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// Who may ask: whoever shows the internal token, as a header of its own or as a bearer token.
final class Access {

    private static final String BEARER = "Bearer ";

    private final byte @Nullable [] token;

    /// @param token null where everyone may ask
    private Access(byte @Nullable [] token) {
        this.token = token;
    }

    /// Fails closed: with access by token and no token, nobody may ask.
    static Access of(ServingConfig config) {
        return switch (config.internalAuth()) {
            case NONE -> new Access(null);
            case TOKEN -> new Access(config.internalToken().orElse("").getBytes(StandardCharsets.UTF_8));
        };
    }

    boolean allows(HttpServerRequest request) {
        if (token == null) {
            return true;
        }
        String shown = request.getHeader(Headers.INTERNAL_TOKEN);
        String authorization = request.getHeader("authorization");
        if (shown == null && authorization != null && authorization.startsWith(BEARER)) {
            shown = authorization.substring(BEARER.length());
        }
        return shown != null
                && token.length > 0
                && MessageDigest.isEqual(token, shown.strip().getBytes(StandardCharsets.UTF_8));
    }
}
