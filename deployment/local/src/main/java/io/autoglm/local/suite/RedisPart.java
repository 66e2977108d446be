package io.autoglm.local.suite;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.WholeFile;
import io.autoglm.local.supervision.PartSpec;
import io.autoglm.local.supervision.RedisProbe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The memory of the suite: a Redis of our own that writes every turn to disk before it is acknowledged, or someone
/// else's.
///
/// @param url what the services connect to; holds the password
record RedisPart(PartSpec spec, String url) {

    /// `AUTOGLM_REDIS_URL`: it is watched, never started or stopped.
    static RedisPart external(String url, Home home) throws CannotStart {
        URI address;
        try {
            address = URI.create(url);
        } catch (IllegalArgumentException malformed) {
            throw new CannotStart("AUTOGLM_REDIS_URL is not a URL: it should read redis://host:port");
        }
        if (address.getHost() == null) {
            throw new CannotStart("AUTOGLM_REDIS_URL names no host: it should read redis://host:port");
        }
        int port = address.getPort() > 0 ? address.getPort() : 6379;
        RedisProbe probe = new RedisProbe(address.getHost(), port, null);
        return new RedisPart(spec(port, List.of(), home, probe), url);
    }

    static RedisPart ours(RedisBinary binary, Home home, int port, String password) throws IOException {
        Path configuration = home.redis().resolve("redis.conf");
        WholeFile.write(configuration, configuration(home, port, password));
        List<String> command = List.of(binary.executable().toString(), configuration.toString());
        RedisProbe probe = new RedisProbe("127.0.0.1", port, password);
        return new RedisPart(spec(port, command, home, probe), "redis://:" + password + "@127.0.0.1:" + port);
    }

    private static PartSpec spec(int port, List<String> command, Home home, RedisProbe probe) {
        return new PartSpec(
                "redis",
                port,
                command,
                Map.of(),
                home.log("redis"),
                probe,
                List.of(),
                Duration.ofSeconds(60),
                Duration.ofSeconds(20));
    }

    /// Every command is on disk before it is answered, and nothing is ever evicted: a conversation is not a cache. The
    /// whole state is in the append-only file, so no second kind of dump is written.
    private static String configuration(Home home, int port, String password) {
        return """
                bind 127.0.0.1
                port %d
                requirepass %s
                dir "%s"
                appendonly yes
                appendfsync always
                save ""
                maxmemory-policy noeviction
                daemonize no
                """.formatted(
                port, password, home.redis().toString().replace("\\", "\\\\").replace("\"", "\\\""));
    }
}
