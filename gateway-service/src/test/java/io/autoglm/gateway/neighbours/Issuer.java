package io.autoglm.gateway.neighbours;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// An OpenID Connect issuer: discovery, one RSA key at a time, tokens signed with it. It can go away and come
/// back, and change its key.
public final class Issuer {
    public static final String AUDIENCE = "autoglm";

    private final Vertx vertx;
    private final KeyPair strangersKeys = rsa();
    private final AtomicInteger keysAsked = new AtomicInteger();
    private volatile Key key = Key.made();
    private volatile @Nullable HttpServer server;
    private volatile int port;

    private record Key(String id, KeyPair pair) {
        private static final AtomicInteger COUNT = new AtomicInteger();

        static Key made() {
            return new Key("k" + COUNT.incrementAndGet(), rsa());
        }
    }

    public Issuer(Vertx vertx) {
        this.vertx = vertx;
    }

    /// An issuer that is not up yet, whose address is known.
    public static Issuer absent(Vertx vertx, int port) {
        Issuer issuer = new Issuer(vertx);
        issuer.port = port;
        return issuer;
    }

    /// On the port that it had before, if any.
    public Issuer start() {
        HttpServer started = vertx.createHttpServer().requestHandler(this::answer);
        server = started;
        port = started.listen(port, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
        return this;
    }

    public void stop() {
        HttpServer running = server;
        if (running != null) {
            running.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private void answer(HttpServerRequest request) {
        JsonObject body;
        if (request.path().endsWith("/jwks")) {
            keysAsked.incrementAndGet();
            body = jwks();
        } else {
            body = discovery();
        }
        request.response().putHeader("Content-Type", "application/json").end(body.toBuffer());
    }

    /// How often its keys were asked for.
    public int keysAsked() {
        return keysAsked.get();
    }

    /// From now on it signs with another key, and does not publish the one before any more.
    public void rotate() {
        key = Key.made();
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public String token(String subject, @Nullable String tenant, Set<String> roles) {
        return sign(claims(subject, tenant, roles).expiresAt(Instant.now().plusSeconds(300)), key.pair());
    }

    public String expiredToken(String subject) {
        return sign(
                claims(subject, "acme", Set.of("user")).expiresAt(Instant.now().minusSeconds(300)), key.pair());
    }

    public String forgedToken(String subject) {
        return sign(
                claims(subject, "acme", Set.of("user")).expiresAt(Instant.now().plusSeconds(300)), strangersKeys);
    }

    /// A token that is good but for what is changed of it.
    public String token(UnaryOperator<JwtClaimsBuilder> change) {
        return sign(change.apply(good()), key.pair());
    }

    /// Good but for the name of its key, which this issuer never had.
    public String tokenOfKey(String id) {
        return good().jws().keyId(id).sign(key.pair().getPrivate());
    }

    /// Signed with HMAC, the secret being the public key, which everybody knows.
    public String confusedToken() {
        byte[] secret = key.pair().getPublic().getEncoded();
        return good().jws()
                .keyId(key.id())
                .algorithm(SignatureAlgorithm.HS256)
                .sign(new SecretKeySpec(secret, "HmacSHA256"));
    }

    /// `alg: none`: unsigned.
    ///
    /// @param signature what stands where a signature would
    public String unsignedToken(String signature) {
        String payload = token(claims -> claims).split("\\.", -1)[1];
        return base64url("{\"alg\":\"none\",\"typ\":\"JWT\",\"kid\":\"" + key.id() + "\"}") + "." + payload + "."
                + signature;
    }

    private JwtClaimsBuilder good() {
        return claims("ana", "acme", Set.of("user")).expiresAt(Instant.now().plusSeconds(300));
    }

    private static String base64url(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private JwtClaimsBuilder claims(String subject, @Nullable String tenant, Set<String> roles) {
        JwtClaimsBuilder claims = Jwt.issuer(url())
                .subject(subject)
                .audience(AUDIENCE)
                .claim("roles", roles)
                .issuedAt(Instant.now().minusSeconds(600));
        return tenant == null ? claims : claims.claim("tenant", tenant);
    }

    private String sign(JwtClaimsBuilder claims, KeyPair pair) {
        return claims.jws().keyId(key.id()).sign(pair.getPrivate());
    }

    private JsonObject discovery() {
        return new JsonObject()
                .put("issuer", url())
                .put("jwks_uri", url() + "/jwks")
                .put("token_endpoint", url() + "/token")
                .put("authorization_endpoint", url() + "/auth");
    }

    private JsonObject jwks() {
        Key current = key;
        RSAPublicKey published = (RSAPublicKey) current.pair().getPublic();
        return new JsonObject()
                .put(
                        "keys",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("kty", "RSA")
                                        .put("use", "sig")
                                        .put("alg", "RS256")
                                        .put("kid", current.id())
                                        .put("n", unsigned(published.getModulus()))
                                        .put("e", unsigned(published.getPublicExponent()))));
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
