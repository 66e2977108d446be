package io.autoglm.gateway.keycloak;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What administrators and clients of the realm do, over HTTP.
final class Realm {
    private static final Pattern FORM = Pattern.compile("action=\"([^\"]+)\"");
    private static final Pattern CODE = Pattern.compile("[?&]code=([^&]+)");

    private final HttpClient client = HttpClient.newHttpClient();
    private final Keycloak keycloak;

    Realm(Keycloak keycloak) {
        this.keycloak = keycloak;
    }

    /// Client credentials.
    String tokenOf(String clientId, String secret) {
        return accessToken(form(
                keycloak.realm() + "/protocol/openid-connect/token",
                Map.of("grant_type", "client_credentials", "client_id", clientId, "client_secret", secret)));
    }

    /// Authorization code with PKCE, as a browser and a console do it.
    String signIn(String user, String password) {
        String verifier = UUID.randomUUID().toString() + UUID.randomUUID();
        return accessToken(exchange(code(user, password, verifier), verifier));
    }

    String code(String user, String password, String verifier) {
        String query = query(Map.of(
                "response_type", "code",
                "client_id", "autoglm-console",
                "redirect_uri", Keycloak.CONSOLE,
                "scope", "openid",
                "code_challenge_method", "S256",
                "code_challenge", challenge(verifier)));
        HttpResponse<String> page = get(keycloak.realm() + "/protocol/openid-connect/auth?" + query, Map.of());
        Matcher form = FORM.matcher(page.body());
        if (!form.find()) {
            throw new IllegalStateException("no form to sign in: " + page.statusCode());
        }
        String cookies = page.headers().allValues("set-cookie").stream()
                .map(cookie -> cookie.split(";", 2)[0])
                .collect(Collectors.joining("; "));
        HttpResponse<String> signedIn = post(
                form.group(1).replace("&amp;", "&"),
                query(Map.of("username", user, "password", password)),
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Cookie", cookies));
        Matcher code = CODE.matcher(signedIn.headers().firstValue("location").orElse(""));
        if (!code.find()) {
            throw new IllegalStateException("not signed in: " + signedIn.statusCode());
        }
        return code.group(1);
    }

    HttpResponse<String> exchange(String code, String verifier) {
        return form(
                keycloak.realm() + "/protocol/openid-connect/token",
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "client_id",
                        "autoglm-console",
                        "redirect_uri",
                        Keycloak.CONSOLE,
                        "code",
                        code,
                        "code_verifier",
                        verifier));
    }

    /// @param tenant null for one who has none
    void addUser(String name, String password, @Nullable String tenant, List<String> roles) {
        JsonObject user = new JsonObject()
                .put("username", name)
                .put("enabled", true)
                .put("firstName", "Ana")
                .put("lastName", "Lyst")
                .put("email", name + "@example.org")
                .put("emailVerified", true)
                .put("attributes", tenant == null ? new JsonObject() : new JsonObject().put("tenant", tenant))
                .put(
                        "credentials",
                        new JsonArray()
                                .add(new JsonObject().put("type", "password").put("value", password)));
        String id = created(admin("/users", user.encode()));
        JsonArray granted = new JsonArray();
        roles.forEach(role -> granted.add(new JsonObject(adminGet("/roles/" + role))));
        if (!granted.isEmpty()) {
            admin("/users/" + id + "/role-mappings/realm", granted.encode());
        }
    }

    /// A client for programs that says nothing of an audience.
    void addClientOfOthers(String clientId, String secret) {
        created(admin(
                "/clients",
                new JsonObject()
                        .put("clientId", clientId)
                        .put("secret", secret)
                        .put("serviceAccountsEnabled", true)
                        .put("standardFlowEnabled", false)
                        .encode()));
    }

    /// From now on the realm signs with another key.
    void rotateKey() {
        String realmId = new JsonObject(adminGet("")).getString("id");
        created(admin(
                "/components",
                new JsonObject()
                        .put("name", "rotated-" + UUID.randomUUID())
                        .put("providerId", "rsa-generated")
                        .put("providerType", "org.keycloak.keys.KeyProvider")
                        .put("parentId", realmId)
                        .put("config", new JsonObject().put("priority", new JsonArray().add("500")))
                        .encode()));
    }

    /// Of whoever signed it: the name of the key.
    static String keyOf(String token) {
        String header = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[0]), StandardCharsets.UTF_8);
        return new JsonObject(header).getString("kid");
    }

    private String adminToken() {
        return accessToken(form(
                keycloak.url() + "/realms/master/protocol/openid-connect/token",
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        Keycloak.ADMIN,
                        "password",
                        Keycloak.ADMIN_PASSWORD)));
    }

    private HttpResponse<String> admin(String path, String json) {
        HttpResponse<String> response = post(
                keycloak.url() + "/admin/realms/autoglm" + path,
                json,
                Map.of("Content-Type", "application/json", "Authorization", "Bearer " + adminToken()));
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
        }
        return response;
    }

    private String adminGet(String path) {
        return get(keycloak.url() + "/admin/realms/autoglm" + path, Map.of("Authorization", "Bearer " + adminToken()))
                .body();
    }

    private static String created(HttpResponse<String> response) {
        String location = response.headers().firstValue("location").orElse("");
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static String accessToken(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new IllegalStateException("no token: " + response.statusCode() + " " + response.body());
        }
        return new JsonObject(response.body()).getString("access_token");
    }

    private HttpResponse<String> form(String url, Map<String, String> fields) {
        return post(url, query(fields), Map.of("Content-Type", "application/x-www-form-urlencoded"));
    }

    private HttpResponse<String> post(String url, String body, Map<String, String> headers) {
        return send(HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString(body)), headers);
    }

    private HttpResponse<String> get(String url, Map<String, String> headers) {
        return send(HttpRequest.newBuilder(URI.create(url)).GET(), headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, Map<String, String> headers) {
        headers.forEach(request::header);
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String query(Map<String, String> fields) {
        return new LinkedHashMap<>(fields)
                .entrySet().stream()
                        .map(field ->
                                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
    }

    private static String challenge(String verifier) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
