package io.autoglm.gateway.neighbours;

import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An OpenID Connect issuer: discovery, one RSA key, tokens signed with it.
public final class Issuer {
    public static final String AUDIENCE = "autoglm";

    private final HttpServer server;
    private final KeyPair keys = rsa();
    private final KeyPair strangersKeys = rsa();
    private int port;

    public Issuer(Vertx vertx) {
        this.server = vertx.createHttpServer().requestHandler(request -> {
            JsonObject body = request.path().endsWith("/jwks") ? jwks() : discovery();
            request.response().putHeader("Content-Type", "application/json").end(body.toBuffer());
        });
    }

    public Issuer start() {
        port = server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
        return this;
    }

    public void stop() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public String token(String subject, @Nullable String tenant, Set<String> roles) {
        return sign(claims(subject, tenant, roles).expiresAt(Instant.now().plusSeconds(300)), keys);
    }

    public String expiredToken(String subject) {
        return sign(
                claims(subject, "acme", Set.of("user")).expiresAt(Instant.now().minusSeconds(300)), keys);
    }

    public String forgedToken(String subject) {
        return sign(
                claims(subject, "acme", Set.of("user")).expiresAt(Instant.now().plusSeconds(300)), strangersKeys);
    }

    private JwtClaimsBuilder claims(String subject, @Nullable String tenant, Set<String> roles) {
        JwtClaimsBuilder claims = Jwt.issuer(url())
                .subject(subject)
                .audience(AUDIENCE)
                .claim("roles", roles)
                .issuedAt(Instant.now().minusSeconds(600));
        return tenant == null ? claims : claims.claim("tenant", tenant);
    }

    private static String sign(JwtClaimsBuilder claims, KeyPair pair) {
        return claims.jws().keyId("k1").sign(pair.getPrivate());
    }

    private JsonObject discovery() {
        return new JsonObject()
                .put("issuer", url())
                .put("jwks_uri", url() + "/jwks")
                .put("token_endpoint", url() + "/token")
                .put("authorization_endpoint", url() + "/auth");
    }

    private JsonObject jwks() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        return new JsonObject()
                .put(
                        "keys",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("kty", "RSA")
                                        .put("use", "sig")
                                        .put("alg", "RS256")
                                        .put("kid", "k1")
                                        .put("n", unsigned(key.getModulus()))
                                        .put("e", unsigned(key.getPublicExponent()))));
    }

    private static String unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(java.util.Arrays.copyOfRange(bytes, from, bytes.length));
    }

    private static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
