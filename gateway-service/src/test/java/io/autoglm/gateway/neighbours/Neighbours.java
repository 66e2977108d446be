package io.autoglm.gateway.neighbours;

import static org.awaitility.Awaitility.await;

import io.autoglm.redis.RedisProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Starts every neighbour and points the gateway at them. Tests take it through a field of this type.
public final class Neighbours implements QuarkusTestResourceLifecycleManager {
    public static final String KEY = "sk-test-0123456789abcdef0123456789abcdef";
    public static final String NARROW_KEY = "sk-narrow-0123456789abcdef0123456789abc";
    public static final String SINGLE_KEY = "sk-single-0123456789abcdef0123456789abc";
    public static final String FOREIGN_KEY = "sk-foreign-0123456789abcdef0123456789ab";
    public static final String ROLELESS_KEY = "sk-roleless-0123456789abcdef0123456789a";
    /// Of the same tenant as {@link #KEY}, and another account.
    public static final String COLLEAGUE_KEY = "sk-colleague-0123456789abcdef01234567";
    public static final String PARTNER_TENANT = "initech";
    public static final String PARTNER_ROLE = "glm-user";
    public static final String LATE_AUDIENCE = "glm";
    /// The tenant whose callers have their roles in every tenant.
    public static final String PLATFORM = "system";
    public static final String PEPPER = "pepper-of-the-tests-0123456789abcdef";
    public static final String INTERNAL_TOKEN = "internal-secret-of-the-test";

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient();
    public final ScriptedInstance first = new ScriptedInstance(vertx, "instance-1").start();
    public final ScriptedInstance second = new ScriptedInstance(vertx, "instance-2").start();
    public final ScriptedScheduler scheduler = new ScriptedScheduler(vertx, List.of(first, second)).start();
    public final ScriptedContext context = new ScriptedContext(vertx).start();
    public final Issuer issuer = new Issuer(vertx).start();
    /// Speaks for `initech` alone, and calls the role of users by a name of its own.
    public final Issuer partner = new Issuer(vertx).start();
    /// Is not up when the gateway starts; may speak for any tenant but `initech`.
    public final Issuer late = Issuer.absent(vertx, Integer.parseInt(freePort()));
    public final RedisProcess redis = redis();
    public final Path keyFile = keyFile();

    @Override
    public Map<String, String> start() {
        scheduler.expectToken(INTERNAL_TOKEN);
        Map<String, String> config = new HashMap<>(Map.of(
                "autoglm.internal-token",
                INTERNAL_TOKEN,
                "autoglm.scheduler.url",
                scheduler.url(),
                "autoglm.scheduler.snapshot-interval",
                "100ms",
                "autoglm.context.url",
                context.url(),
                "autoglm.keys.file",
                keyFile.toString(),
                "autoglm.keys.check",
                "50ms",
                "autoglm.oidc.issuer",
                issuer.url(),
                "autoglm.oidc.audience",
                Issuer.AUDIENCE,
                "autoglm.upstream.first-token-timeout",
                "4s",
                "autoglm.chat.max-body-bytes",
                "200000"));
        config.put("autoglm.redis.url", redis.url());
        config.put("autoglm.keys.pepper", PEPPER);
        config.put("autoglm.oidc.keys-refresh", "1s");
        config.put("autoglm.oidc.issuers.partner.issuer", partner.url());
        config.put("autoglm.oidc.issuers.partner.tenant", PARTNER_TENANT);
        config.put("autoglm.oidc.issuers.partner.required-role", PARTNER_ROLE);
        config.put("autoglm.oidc.issuers.late.issuer", late.url());
        config.put("autoglm.oidc.issuers.late.audience", LATE_AUDIENCE);
        config.put("autoglm.context.max-turn-bytes", "100000");
        config.put("quarkus.http.test-port", freePort());
        config.put("quarkus.management.test-port", freePort());
        return config;
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, field -> field.getType().equals(Neighbours.class));
    }

    @Override
    public void stop() {
        scheduler.stop();
        context.stop();
        issuer.stop();
        partner.stop();
        late.stop();
        redis.kill();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /// Before each test: everybody up and known to the gateway, nothing scripted, nothing remembered.
    public void reset() {
        first.reset();
        second.reset();
        scheduler.reset();
        context.reset();
        await().until(() -> Client.get("/v1/models").body().contains(ScriptedScheduler.MODEL));
    }

    public Vertx vertx() {
        return vertx;
    }

    /// A chat that can be watched while it is answered, and left; nothing of it is sent yet.
    ///
    /// @param headers names and values in turn
    public HttpClientRequest open(String... headers) {
        HttpClientRequest request = client.request(HttpMethod.POST, Client.port(), "127.0.0.1", "/v1/chat/completions")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        request.putHeader("Authorization", "Bearer " + KEY).putHeader("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.putHeader(headers[i], headers[i + 1]);
        }
        return request;
    }

    public void writeKeys(String text) {
        try {
            Files.writeString(keyFile, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A key file with the usual keys and, in front of them, some more entries.
    public static String keys(String more) {
        return """
                {"keys":[%s
                  {"id":"test","sha256":"%s","tenant":"acme","subject":"tester","requestsPerMinute":100000,"maxConcurrent":5000},
                  {"id":"foreign","sha256":"%s","tenant":"globex","requestsPerMinute":1000,"maxConcurrent":100},
                  {"id":"colleague","sha256":"%s","tenant":"acme","requestsPerMinute":1000,"maxConcurrent":100},
                  {"id":"narrow","sha256":"%s","tenant":"acme","models":["other"]},
                  {"id":"single","sha256":"%s","tenant":"acme","requestsPerMinute":2,"maxConcurrent":1},
                  {"id":"roleless","sha256":"%s","tenant":"acme","roles":["auditor"]},
                  %s,
                  {"id":"old","sha256":"%s","tenant":"acme","expiresAt":"2020-01-01T00:00:00Z"}
                ]}""".formatted(
                        more,
                        sha256(KEY),
                        sha256(FOREIGN_KEY),
                        sha256(COLLEAGUE_KEY),
                        sha256(NARROW_KEY),
                        sha256(SINGLE_KEY),
                        sha256(ROLELESS_KEY),
                        roleKeys(),
                        sha256("sk-expired"));
    }

    /// The key of a caller of a tenant that has one role.
    public static String keyOf(String tenant, String role) {
        return "sk-" + tenant + "-" + role + "-0123456789abcdef0123456789abcdef";
    }

    private static String roleKeys() {
        return Stream.of("acme", "globex", PLATFORM)
                .flatMap(tenant -> Stream.of("user", "operator", "auditor", "admin")
                        .map(role ->
                                "{\"id\":\"%s-%s\",\"sha256\":\"%s\",\"tenant\":\"%s\",\"roles\":[\"%s\"],\"requestsPerMinute\":100000}"
                                        .formatted(tenant, role, sha256(keyOf(tenant, role)), tenant, role)))
                .collect(Collectors.joining(","));
    }

    public static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Other modules' tests run beside these, so no port is fixed.
    private static String freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return Integer.toString(socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RedisProcess redis() {
        try {
            return RedisProcess.keeping().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path keyFile() {
        try {
            Path file = Files.createTempFile("autoglm-keys", ".json");
            file.toFile().deleteOnExit();
            return Files.writeString(file, keys(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
