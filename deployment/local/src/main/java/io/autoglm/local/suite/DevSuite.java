package io.autoglm.local.suite;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.KeysFile;
import io.autoglm.local.home.Secrets;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.network.PortOwner;
import io.autoglm.local.network.PortPlan;
import io.autoglm.local.supervision.Health;
import io.autoglm.local.supervision.PartSpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// What the services need around them in development mode: a Redis, and settings that make them know each other. They
/// stand on their default ports; the scheduler starts no instance, since the one under development reports by itself.
///
/// @param environment for Maven and so for all four; holds secrets
/// @param keyToTell   the API key, or where those are that the user's own file lets in
public record DevSuite(PartSpec redis, Map<String, String> environment, String keyToTell) {

    /// They mean the gateway of a packaged suite. Here they would reach all four: one address that opens the internal
    /// services to the network, and one port for all.
    private static final List<String> NOT_INHERITED = List.of("AUTOGLM_HOST", "AUTOGLM_PORT", "AUTOGLM_MANAGEMENT_");

    public static DevSuite lay(Home home, SuiteOptions options, Map<String, String> environment)
            throws IOException, CannotStart {
        PortPlan ports = new PortPlan(options.portOffset());
        Secrets secrets = Secrets.of(home);
        KeysFile keys = KeysFile.of(home, environment);
        keys.admit(secrets.key());
        RedisPart redis = redis(home, environment, ports.redis(), secrets);
        Map<String, String> settings = keys.settings(secrets.keyPepper(), environment);
        settings.putAll(Map.of(
                "AUTOGLM_INTERNAL_TOKEN", secrets.internalToken(),
                "AUTOGLM_REDIS_URL", redis.url(),
                "AUTOGLM_MODEL_PATH", options.model().toString(),
                "AUTOGLM_SCHEDULER_URL", ports.url(ports.scheduler()),
                "AUTOGLM_CONTEXT_URL", ports.url(ports.context()),
                "AUTOGLM_INSTANCE_URL", ports.url(ports.firstInstance())));
        return new DevSuite(redis.spec(), settings, keys.toTell(secrets.key()));
    }

    /// Makes the user's environment that of Maven.
    public void layOver(Map<String, String> inherited) {
        inherited.keySet().removeIf(name -> NOT_INHERITED.stream().anyMatch(name::startsWith));
        inherited.putAll(environment);
    }

    /// A Redis that cannot be asked from here is left to the context service, which says what is wrong with it.
    private static RedisPart redis(Home home, Map<String, String> environment, int port, Secrets secrets)
            throws IOException, CannotStart {
        String external = environment.getOrDefault("AUTOGLM_REDIS_URL", "");
        if (!external.isBlank()) return RedisPart.external(external, home, Health.Healthy::new);
        if (!PortOwner.isFree(port)) {
            throw new CannotStart("port " + port + " is in use by " + PortOwner.describe(port));
        }
        RedisBinary binary = RedisBinary.find(home, environment.getOrDefault("PATH", ""));
        return RedisPart.ours(binary, home, port, secrets.redisPassword());
    }

    /// Hides the secrets.
    @Override
    public String toString() {
        return "DevSuite[" + redis + "]";
    }
}
