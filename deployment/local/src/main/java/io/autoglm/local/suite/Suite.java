package io.autoglm.local.suite;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.KeysFile;
import io.autoglm.local.home.Secrets;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.network.PortOwner;
import io.autoglm.local.network.PortPlan;
import io.autoglm.local.supervision.Fleet;
import io.autoglm.local.supervision.HttpProbe;
import io.autoglm.local.supervision.PartSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The parts of the suite and what each is told, ready to be supervised.
///
/// Secrets and everything that is not for other users of the machine goes by environment, never by argument. What the
/// user has set as `AUTOGLM_…` reaches every service, since children inherit it; only what the launcher decides itself
/// (ports, addresses, secrets) is laid over it.
///
/// @param specs in the order of starting
public record Suite(List<PartSpec> specs, Fleet fleet) {

    private static final Duration SERVICE_START_LIMIT = Duration.ofMinutes(2);
    /// Streams may take 45 s to finish once a service drains.
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(55);

    /// Checks the ports, stages the built services, and lays the suite out.
    ///
    /// @param environment the user's
    /// @throws CannotStart when a port is taken, no Redis can run, or the services are not built
    public static Suite lay(Home home, SuiteOptions options, Map<String, String> environment)
            throws IOException, CannotStart {
        Secrets secrets = Secrets.of(home);
        KeysFile keys = KeysFile.of(home, environment);
        keys.admit(secrets.key());
        return new Layout(home, options, environment, new PortPlan(options.portOffset()), secrets, keys).suite();
    }

    private record Layout(
            Home home,
            SuiteOptions options,
            Map<String, String> environment,
            PortPlan ports,
            Secrets secrets,
            KeysFile keys) {

        Suite suite() throws IOException, CannotStart {
            String externalRedis = environment.getOrDefault("AUTOGLM_REDIS_URL", "");
            List<Integer> wanted = new ArrayList<>(ports.all(options.instances()));
            if (externalRedis.isBlank()) wanted.add(ports.redis());
            refuseTakenPorts(wanted);
            RedisPart redis = externalRedis.isBlank()
                    ? RedisPart.ours(
                            RedisBinary.find(home, environment.getOrDefault("PATH", "")),
                            home,
                            ports.redis(),
                            secrets.redisPassword())
                    : RedisPart.external(externalRedis, home, readiness(ports.context()));
            List<PartSpec> specs = List.of(redis.spec(), context(redis), scheduler(), gateway(redis));
            Fleet fleet = new Fleet(
                    options.instances(), ports.firstInstance(), ports.url(ports.scheduler()), secrets.internalToken());
            return new Suite(specs, fleet);
        }

        private void refuseTakenPorts(List<Integer> wanted) throws CannotStart {
            String taken = wanted.stream()
                    .filter(port -> !PortOwner.isFree(port))
                    .map(port -> "port " + port + " is in use by " + PortOwner.describe(port))
                    .collect(Collectors.joining("\n"));
            if (!taken.isEmpty()) {
                throw new CannotStart(taken + "\nstop what uses it, or stand beside it: ./autoglm up --port-offset "
                        + (options.portOffset() + 100));
            }
        }

        /// The scheduler owns the inference processes, so it is told how to start one.
        private PartSpec scheduler() throws IOException, CannotStart {
            Map<String, String> settings = new LinkedHashMap<>();
            settings.put("AUTOGLM_LIFECYCLE_LOCAL_ENABLED", "true");
            settings.put("AUTOGLM_LIFECYCLE_LOCAL_INSTANCES", Integer.toString(options.instances()));
            settings.put("AUTOGLM_LIFECYCLE_LOCAL_COMMAND", asConfigList(instanceCommand()));
            settings.put("AUTOGLM_LIFECYCLE_LOCAL_BASE_PORT", Integer.toString(ports.firstInstance()));
            settings.put("AUTOGLM_LIFECYCLE_LOCAL_LOG_DIR", home.logs().toString());
            settings.put("AUTOGLM_LIFECYCLE_LOCAL_RUN_DIR", home.run().toString());
            settings.put("AUTOGLM_MODEL_PATH", options.model().toString());
            if (!environment.containsKey("AUTOGLM_MODELS_FILE")) {
                settings.put("AUTOGLM_MODELS_FILE", home.loadedModels().toString());
            }
            settings.put("AUTOGLM_SCHEDULER_URL", ports.url(ports.scheduler()));
            return service("scheduler", ports.scheduler(), 128, settings, List.of());
        }

        private List<String> instanceCommand() throws IOException, CannotStart {
            String archive = home.archives().resolve("{id}.jsa").toString();
            return Jvm.ofThisProcess().engine(stage("inference"), archive, 1024, memoryOfTheMachine());
        }

        /// It waits by itself for a Redis that is not ours, which may be seen through it alone.
        private PartSpec context(RedisPart redis) throws IOException, CannotStart {
            Map<String, String> settings = Map.of("AUTOGLM_REDIS_URL", redis.url());
            List<String> after = redis.isOurs() ? List.of("redis") : List.of();
            return service("context", ports.context(), 128, settings, after);
        }

        private PartSpec gateway(RedisPart redis) throws IOException, CannotStart {
            Map<String, String> settings = keys.settings(secrets.keyPepper(), environment);
            settings.put("AUTOGLM_REDIS_URL", redis.url());
            settings.put("AUTOGLM_SCHEDULER_URL", ports.url(ports.scheduler()));
            settings.put("AUTOGLM_CONTEXT_URL", ports.url(ports.context()));
            return service("gateway", ports.gateway(), 256, settings, List.of());
        }

        private PartSpec service(
                String name, int port, int heapMegabytes, Map<String, String> settings, List<String> after)
                throws IOException, CannotStart {
            Map<String, String> told = new LinkedHashMap<>(settings);
            String host = name.equals("gateway") ? options.host() : "127.0.0.1";
            told.put("AUTOGLM_HOST", host);
            told.put("AUTOGLM_PORT", Integer.toString(port));
            // Never the gateway's address: the probes look here.
            told.put("AUTOGLM_MANAGEMENT_HOST", "127.0.0.1");
            told.put("AUTOGLM_MANAGEMENT_PORT", Integer.toString(ports.management(port)));
            told.put("AUTOGLM_INTERNAL_TOKEN", secrets.internalToken());
            // Nothing routes around a service of a laptop, so it need not go on answering while others look away.
            told.putIfAbsent("AUTOGLM_DRAIN_DELAY", environment.getOrDefault("AUTOGLM_DRAIN_DELAY", "0s"));
            Path archive = home.archives().resolve(name + ".jsa");
            return new PartSpec(
                    name,
                    Address.of(host, port),
                    Jvm.ofThisProcess().service(stage(name), archive, heapMegabytes),
                    told,
                    home.log(name),
                    readiness(port),
                    after,
                    SERVICE_START_LIMIT,
                    DRAIN_LIMIT);
        }

        private HttpProbe readiness(int port) {
            return new HttpProbe(ports.url(ports.management(port)) + "/q/health/ready");
        }

        /// @return the jar to run
        private Path stage(String name) throws IOException, CannotStart {
            Path built = home.root().resolve(name + "-service/target/quarkus-app");
            if (!Files.exists(built.resolve("quarkus-run.jar"))) {
                throw new CannotStart(name + "-service is not built: ./autoglm up builds it");
            }
            Path staged = home.apps().resolve(name);
            StagedApp.stage(built, staged);
            return staged.resolve("quarkus-run.jar");
        }
    }

    /// A list in one MicroProfile Config value: commas part the elements, a backslash makes one part of a path.
    static String asConfigList(List<String> elements) {
        return elements.stream()
                .map(element ->
                        element.replace("\\", "\\\\").replace(",", "\\,").replace("$", "\\$"))
                .collect(Collectors.joining(","));
    }

    private static long memoryOfTheMachine() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }
}
