package io.autoglm.gateway.keycloak;

import static org.awaitility.Awaitility.await;

import io.autoglm.redis.RedisProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A Keycloak of its own on a free loopback port, with the realm of `deployment/keycloak`, and a gateway that
/// trusts it. The distribution lies where the Maven profile `keycloak` unpacked it.
public final class Keycloak implements QuarkusTestResourceLifecycleManager {
    static final String ADMIN = "admin";
    static final String ADMIN_PASSWORD = "of-this-test-alone";
    static final String CI_SECRET = "the-secret-of-the-test";
    static final String CI_TENANT = "acme";
    static final String CONSOLE = "http://127.0.0.1:8080/console/";

    /// Its first start builds itself, which takes minutes on a busy machine.
    private static final Duration START_LIMIT = Duration.ofMinutes(6);

    private @Nullable Process process;
    private @Nullable RedisProcess redis;
    private int port;

    @Override
    public Map<String, String> start() {
        try {
            port = RedisProcess.freePort();
            redis = RedisProcess.keeping().start();
            Path home = Path.of(Objects.requireNonNull(System.getProperty("keycloak.home"), "run it with -Pkeycloak"));
            process = started(home);
            awaitRealm(home);
            return settings();
        } catch (IOException e) {
            stop();
            throw new UncheckedIOException(e);
        }
    }

    private Process started(Path home) throws IOException {
        Path realms = Files.createDirectories(home.resolve("data/import"));
        Files.copy(
                Path.of("../deployment/keycloak/autoglm-realm.json"),
                realms.resolve("autoglm-realm.json"),
                StandardCopyOption.REPLACE_EXISTING);
        ProcessBuilder builder = new ProcessBuilder(
                home.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--import-realm",
                "--db=dev-mem",
                "--http-host=127.0.0.1",
                "--http-port=" + port);
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME", System.getProperty("java.home"),
                        "KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN,
                        "KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD,
                        "AUTOGLM_CI_SECRET", CI_SECRET,
                        "AUTOGLM_CI_TENANT", CI_TENANT,
                        "JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m"));
        Process started =
                builder.redirectErrorStream(true).redirectOutput(log(home)).start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started)));
        return started;
    }

    private void awaitRealm(Path home) throws IOException {
        Process running = Objects.requireNonNull(process);
        await().atMost(START_LIMIT).pollInterval(Duration.ofMillis(500)).until(() -> answers() || !running.isAlive());
        if (!running.isAlive()) {
            throw new IOException(
                    "Keycloak did not start: " + Files.readString(log(home).toPath()));
        }
    }

    private static File log(Path home) {
        return home.resolve("test.log").toFile();
    }

    private boolean answers() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest discovery = HttpRequest.newBuilder(URI.create(realm() + "/.well-known/openid-configuration"))
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return client.send(discovery, HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Map<String, String> settings() throws IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put("autoglm.oidc.issuer", realm());
        settings.put("autoglm.oidc.audience", "autoglm");
        settings.put("autoglm.oidc.keys-refresh", "1s");
        settings.put("autoglm.internal-auth", "none");
        settings.put("autoglm.keys.pepper", "pepper-of-the-tests-0123456789abcdef");
        settings.put("autoglm.redis.url", Objects.requireNonNull(redis).url());
        settings.put("quarkus.http.test-port", Integer.toString(RedisProcess.freePort()));
        settings.put("quarkus.management.test-port", Integer.toString(RedisProcess.freePort()));
        return settings;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    String realm() {
        return url() + "/realms/autoglm";
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, field -> field.getType().equals(Keycloak.class));
    }

    @Override
    public void stop() {
        if (process != null) {
            end(process);
        }
        if (redis != null) {
            redis.kill();
        }
    }

    /// Its script may have a child.
    private static void end(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
