package io.autoglm.endtoend.stack;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.protocol.Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;

/// The packaged suite: Redis, context, scheduler with its instances, gateway, each a process of the JDK that
/// runs the tests, on free loopback ports.
public final class PackagedStack implements AutoCloseable {
    public static final String MODEL = "autoglm-nano";
    public static final String TENANT = "end-to-end";
    /// Allowed everything, as {@link #TENANT}.
    public static final String KEY = "sk-end-to-end-0123456789abcdef0123456789abcdef";
    public static final String OTHER_TENANT = "other";
    /// Allowed everything, as {@link #OTHER_TENANT}.
    public static final String OTHER_KEY = "sk-end-to-end-other-0123456789abcdef012345678";
    /// An administrator of the platform.
    public static final String ADMIN_KEY = "sk-end-to-end-admin-0123456789abcdef012345678";
    /// Allowed two requests a minute, as a tenant of its own.
    public static final String NARROW_KEY = "sk-end-to-end-narrow-0123456789abcdef01234567";

    /// A busy test machine is no failure.
    private static final Map<String, String> PATIENCE = Map.of(
            "AUTOGLM_CONTEXT_TIMEOUT", "15s", "AUTOGLM_REDIS_TIMEOUT", "10s", "AUTOGLM_SCHEDULER_TIMEOUT", "10s");

    /// For streams that take long because the machine is busy.
    private static final String DRAIN_TIMEOUT = "120s";

    /// Two minutes by default: longer than a test should wait for an instance that hangs.
    private static final String FIRST_TOKEN_TIMEOUT = "8s";

    /// How long requests of a gateway that was killed count as open.
    private static final String LEASE = "6s";

    private static final int FIXED_PORTS = 9;
    private static final Duration INSTANCES_LIMIT = Duration.ofMinutes(4);

    private final Guardian guardian;
    private final Issuer issuer;
    private final Path folder;
    private final RunFolder runFolder;
    private final StagedApps apps;
    private final int firstPort;
    private final int instances;
    private final String internalToken = UUID.randomUUID().toString();
    private final Part redis;
    private final Part context;
    private final Part scheduler;
    private final Part gateway;
    private final Part secondGateway;

    /// Starts everything and waits until every instance is ready.
    public PackagedStack(int instances) {
        this.instances = instances;
        this.firstPort = Ports.block(FIXED_PORTS + instances);
        List<Runnable> undo = new ArrayList<>();
        try {
            Path scratch = Files.createDirectories(Repository.scratch());
            this.folder = Files.createTempDirectory(scratch, "stack");
            this.apps = new StagedApps(folder.resolve("apps"));
            this.runFolder = new RunFolder(folder.resolve("run"));
            this.issuer = new Issuer();
            undo.add(issuer::close);
            this.guardian = new Guardian();
            undo.add(guardian::close);
            guardian.watch(runFolder);
            undo.add(this::killEverything);
            Runtime.getRuntime().addShutdownHook(new Thread(this::killEverything));
            this.redis = redisServer();
            this.context = service("context", contextPort(), 96, Map.of("AUTOGLM_REDIS_URL", redisUrl()));
            this.scheduler = service("scheduler", schedulerPort(), 96, lifecycle());
            this.gateway = service("gateway", gatewayPort(), 192, doors());
            this.secondGateway = service("gateway", "second-gateway", secondGatewayPort(), 192, doors());
            List<Part> parts = List.of(redis, context, scheduler, gateway);
            parts.forEach(Part::start);
            parts.forEach(Part::awaitReady);
            awaitInstances();
        } catch (IOException e) {
            undo.reversed().forEach(Runnable::run);
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            undo.reversed().forEach(Runnable::run);
            throw e;
        }
    }

    public Part redis() {
        return redis;
    }

    public Part context() {
        return context;
    }

    public Part scheduler() {
        return scheduler;
    }

    public Part gateway() {
        return gateway;
    }

    /// Another gateway beside the first. Whoever starts it ends it.
    public Part secondGateway() {
        return secondGateway;
    }

    /// Whose tokens the gateway accepts.
    public Issuer issuer() {
        return issuer;
    }

    /// What a client is told: `http://127.0.0.1:port/v1`.
    public String baseUrl() {
        return gatewayUrl() + "/v1";
    }

    public String gatewayUrl() {
        return url(gatewayPort());
    }

    public String secondGatewayUrl() {
        return url(secondGatewayPort());
    }

    public String gatewayManagementUrl() {
        return url(gatewayPort() + 1);
    }

    /// @param number from 1
    public String instanceUrl(int number) {
        return url(firstPort + FIXED_PORTS + number - 1);
    }

    public Figures instanceFigures(int number) throws IOException {
        return Figures.at(instanceUrl(number) + "/metrics");
    }

    public Figures gatewayFigures() throws IOException {
        return Figures.at(gatewayManagementUrl() + "/metrics");
    }

    public static Map<String, String> asUser() {
        return as(KEY);
    }

    /// @param credential an API key or a token
    public static Map<String, String> as(String credential) {
        return Map.of("Authorization", "Bearer " + credential);
    }

    /// What one service shows another.
    private Map<String, String> asService(String tenant) {
        return Map.of(Headers.INTERNAL_TOKEN, internalToken, Headers.TENANT, tenant);
    }

    /// What an operator shows an instance.
    public Map<String, String> asOperator() {
        return Map.of(Headers.INTERNAL_TOKEN, internalToken);
    }

    /// Where instances may be told to load models from.
    public Path models() {
        return folder.resolve("models");
    }

    /// What the context service holds of a session of those who come with a key.
    public JsonNode conversation(String tenant, String session) throws IOException {
        return conversation(tenant, ApiKey.SUBJECT, session);
    }

    /// What the context service holds of a session.
    public JsonNode conversation(String tenant, String subject, String session) throws IOException {
        String id = "s_" + Sha256.hex(subject + "\n" + session);
        return Http.get(url(contextPort()) + "/v1/conversations/" + id + "/window?tokens=100000", asService(tenant))
                .json();
    }

    /// What the scheduler says of its instances; empty while it does not answer.
    public List<JsonNode> instances() {
        try {
            JsonNode list = Http.get(url(schedulerPort()) + "/v1/instances", asService(TENANT))
                    .json()
                    .path("instances");
            return StreamSupport.stream(list.spliterator(), false).toList();
        } catch (IOException away) {
            return List.of();
        }
    }

    public Optional<JsonNode> instance(String id) {
        return instances().stream()
                .filter(one -> one.path("id").asText().equals(id))
                .findFirst();
    }

    /// The process of an instance.
    ///
    /// @param number from 1
    public ProcessHandle process(int number) {
        long pid = instance("inference-" + number).orElseThrow().path("pid").asLong();
        return ProcessHandle.of(pid).orElseThrow();
    }

    /// What an instance has printed in all its lives.
    ///
    /// @param number from 1
    public String instanceLog(int number) throws IOException {
        return Files.readString(folder.resolve("inference-" + number + ".log"));
    }

    /// Waits until all instances are ready and the gateway knows it.
    public void awaitInstances() {
        Awaitility.await("all instances are ready")
                .atMost(INSTANCES_LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> readyInstances() == instances && readyInstancesOfGateway() == instances);
    }

    private long readyInstances() {
        return instances().stream()
                .filter(one -> one.path("state").asText().equals("ready"))
                .count();
    }

    private int readyInstancesOfGateway() {
        try {
            Http.Answer health = Http.get(gatewayUrl() + "/health", Map.of());
            JsonNode body = health.json();
            return body.has("degraded") ? 0 : body.path("readyInstances").asInt();
        } catch (IOException away) {
            return 0;
        }
    }

    /// Gateway first, so that nothing is asked of what is already gone.
    @Override
    public void close() {
        Stream.of(secondGateway, gateway, scheduler, context, redis).forEach(Part::stop);
        killEverything();
        issuer.close();
        guardian.close();
    }

    private void killEverything() {
        for (Part part : new Part[] {secondGateway, gateway, scheduler, context, redis}) {
            if (part != null && part.isAlive()) {
                part.kill();
            }
        }
        // Instances that outlived their scheduler.
        runFolder.killAll();
    }

    /// Every write is on disk before it is acknowledged.
    private Part redisServer() throws IOException {
        List<String> command = new ArrayList<>(List.of(RedisBinary.path(), "--bind", "127.0.0.1"));
        command.addAll(List.of("--port", Integer.toString(redisPort()), "--dir", folder.toString()));
        command.addAll(List.of("--appendonly", "yes", "--appendfsync", "always", "--save", ""));
        return new Part("redis", command, Map.of(), folder, () -> RedisBinary.answers(redisPort()), guardian);
    }

    private Part service(String name, int port, int heapMegabytes, Map<String, String> settings) {
        return service(name, name, port, heapMegabytes, settings);
    }

    private Part service(String app, String name, int port, int heapMegabytes, Map<String, String> settings) {
        List<String> command = new ArrayList<>(java(heapMegabytes));
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of("-jar", apps.jar(app).toString()));
        Map<String, String> environment = new HashMap<>(settings);
        environment.putAll(PATIENCE);
        environment.putAll(Map.of(
                "AUTOGLM_HOST", "127.0.0.1",
                "AUTOGLM_PORT", Integer.toString(port),
                "AUTOGLM_MANAGEMENT_PORT", Integer.toString(port + 1),
                "AUTOGLM_INTERNAL_TOKEN", internalToken,
                "AUTOGLM_SCHEDULER_URL", url(schedulerPort()),
                "AUTOGLM_CONTEXT_URL", url(contextPort())));
        BooleanSupplier ready = () -> isUp(name, port);
        return new Part(name, command, environment, folder, ready, guardian);
    }

    /// A gateway or scheduler without instances is not ready, and is not waited for until it has some.
    private static boolean isUp(String name, int port) {
        String check = name.equals("context") ? "ready" : "live";
        return Http.status(url(port + 1) + "/q/health/" + check) == 200;
    }

    private Map<String, String> lifecycle() {
        List<String> command = new ArrayList<>(engine());
        command.add(apps.jar("inference").toString());
        Map<String, String> settings = new HashMap<>();
        settings.put("AUTOGLM_LIFECYCLE_LOCAL_ENABLED", "true");
        settings.put("AUTOGLM_LIFECYCLE_LOCAL_INSTANCES", Integer.toString(instances));
        settings.put("AUTOGLM_LIFECYCLE_LOCAL_COMMAND", String.join(",", command));
        settings.put("AUTOGLM_LIFECYCLE_LOCAL_BASE_PORT", Integer.toString(firstPort + FIXED_PORTS));
        settings.put("AUTOGLM_LIFECYCLE_LOCAL_LOG_DIR", folder.toString());
        settings.put("AUTOGLM_LIFECYCLE_LOCAL_RUN_DIR", runFolder.path().toString());
        settings.put("AUTOGLM_MODEL_PATH", Repository.model().toString());
        settings.put("AUTOGLM_MODELS_ROOTS", models().toString());
        settings.put(
                "AUTOGLM_MODELS_FILE",
                folder.resolve("models-${autoglm.instance.id}.json").toString());
        settings.put("AUTOGLM_CPU_THREADS", "1");
        settings.put("AUTOGLM_DRAIN_TIMEOUT", DRAIN_TIMEOUT);
        return settings;
    }

    /// The command of an instance, to be ended by its jar.
    static List<String> engine() {
        List<String> command = new ArrayList<>(java(384));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-jar"));
        return command;
    }

    static List<String> java(int heapMegabytes) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(java, "-XX:+UseSerialGC", "-Xmx" + heapMegabytes + "m");
    }

    /// By key and by token.
    private Map<String, String> doors() throws IOException {
        List<ApiKey> keys = List.of(
                new ApiKey("wide", KEY, TENANT, 100_000),
                new ApiKey("other", OTHER_KEY, OTHER_TENANT, 100_000),
                new ApiKey("admin", ADMIN_KEY, "system", 100_000, "admin"),
                new ApiKey("narrow", NARROW_KEY, "narrow", 2));
        return Map.of(
                "AUTOGLM_ADMISSION_LEASE",
                LEASE,
                "AUTOGLM_ADMISSION_TIMEOUT",
                "10s",
                "AUTOGLM_REDIS_URL",
                redisUrl(),
                "AUTOGLM_KEYS_PEPPER",
                "pepper-of-the-packaged-stack-0123456789",
                "AUTOGLM_KEYS_FILE",
                ApiKey.write(keys, folder.resolve("keys.json")).toString(),
                "AUTOGLM_OIDC_ISSUER",
                issuer.url(),
                "AUTOGLM_OIDC_AUDIENCE",
                Issuer.AUDIENCE,
                "AUTOGLM_UPSTREAM_FIRST_TOKEN_TIMEOUT",
                FIRST_TOKEN_TIMEOUT);
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    private String redisUrl() {
        return "redis://127.0.0.1:" + redisPort();
    }

    private int redisPort() {
        return firstPort;
    }

    private int gatewayPort() {
        return firstPort + 1;
    }

    private int secondGatewayPort() {
        return firstPort + 7;
    }

    private int schedulerPort() {
        return firstPort + 3;
    }

    private int contextPort() {
        return firstPort + 5;
    }
}
