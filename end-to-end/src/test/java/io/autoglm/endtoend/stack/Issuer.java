package io.autoglm.endtoend.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/// An OpenID Connect issuer on loopback: discovery, one published RSA key, and tokens (RFC 7519) signed with
/// it, or in ways that nobody should accept.
public final class Issuer implements AutoCloseable {
    public static final String AUDIENCE = "autoglm";

    private static final String KEY_ID = "k1";
    private static final int KEY_BITS = 2_048;

    private final KeyPair keys = rsa();
    private final HttpServer server;

    Issuer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/.well-known/openid-configuration", exchange -> answer(exchange, discovery()));
        server.createContext("/jwks", exchange -> answer(exchange, jwks()));
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// The claims of a token that is to be accepted.
    public ObjectNode claims(String subject, String tenant) {
        Instant now = Instant.now();
        ObjectNode claims = Http.JSON.createObjectNode();
        claims.put("iss", url()).put("aud", AUDIENCE).put("sub", subject).put("tenant", tenant);
        claims.putArray("roles").add("user");
        return claims.put("iat", now.minusSeconds(600).getEpochSecond())
                .put("exp", now.plusSeconds(600).getEpochSecond());
    }

    /// RS256, with the published key.
    public String signed(JsonNode claims) {
        return signed(claims, keys);
    }

    /// RS256, with another key under the published one's id.
    public String signedByAnother(JsonNode claims) {
        return signed(claims, rsa());
    }

    /// `alg` is `none`, with whatever stands in the signature's place.
    public String unsigned(JsonNode claims, String signature) {
        return content("none", claims) + "." + signature;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static String signed(JsonNode claims, KeyPair by) {
        String content = content("RS256", claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(by.getPrivate());
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + encoded(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String content(String algorithm, JsonNode claims) {
        ObjectNode header = Http.JSON.createObjectNode();
        header.put("alg", algorithm).put("typ", "JWT").put("kid", KEY_ID);
        return encoded(header) + "." + encoded(claims);
    }

    private ObjectNode discovery() {
        return Http.JSON
                .createObjectNode()
                .put("issuer", url())
                .put("jwks_uri", url() + "/jwks")
                .put("authorization_endpoint", url() + "/authorize")
                .put("token_endpoint", url() + "/token");
    }

    private ObjectNode jwks() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        ObjectNode jwks = Http.JSON.createObjectNode();
        jwks.putArray("keys")
                .addObject()
                .put("kty", "RSA")
                .put("use", "sig")
                .put("alg", "RS256")
                .put("kid", KEY_ID)
                .put("n", unsigned(key.getModulus()))
                .put("e", unsigned(key.getPublicExponent()));
        return jwks;
    }

    private static void answer(HttpExchange exchange, JsonNode body) throws IOException {
        try (exchange) {
            byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /// Without the zero byte that Java puts before a number whose first bit is set.
    private static String unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return encoded(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private static String encoded(JsonNode json) {
        return encoded(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
