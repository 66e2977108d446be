package io.autoglm.local.suite;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.WholeFile;
import io.autoglm.local.supervision.PartSpec;
import io.autoglm.local.supervision.Probe;
import io.autoglm.local.supervision.RedisProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The memory of the suite: a Redis of our own that writes every turn to disk before it is acknowledged, or someone
/// else's.
///
/// @param url what the services connect to; holds the password
record RedisPart(PartSpec spec, String url) {

    private static final int USUAL_PORT = 6379;
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    /// Long enough for the service that sees it to start.
    private static final Duration SEEN_START_LIMIT = Duration.ofMinutes(2);
    /// A single server without TLS and without a user name: the one that {@link RedisProbe} can ask by itself.
    private static final Pattern PLAIN = Pattern.compile(
            "redis://(?::[^@/?#]*@)?(?<host>[\\w.-]+|\\[[0-9a-fA-F:.]+\\])(?::(?<port>\\d{1,5}))?(?:/\\d*)?");
    private static final Pattern NO_HOST = Pattern.compile("rediss?://(?:[:/?#].*)?");
    private static final Pattern PORT = Pattern.compile(":(\\d{1,5})(?:[/?#].*)?$");

    /// `AUTOGLM_REDIS_URL`: it is watched, never started or stopped.
    ///
    /// @param url       one, or several parted by commas
    /// @param otherwise how to see that it is well where its URL asks for more than a probe of ours can do: TLS, a
    ///                  user name, several servers
    static RedisPart external(String url, Home home, Probe otherwise) throws CannotStart {
        List<String> servers = Stream.of(url.split(",", -1)).map(String::strip).toList();
        if (!servers.stream().allMatch(server -> server.matches("\\w+://.+"))) {
            throw new CannotStart("AUTOGLM_REDIS_URL is not a URL: it should read redis://host:port");
        }
        if (servers.stream().map(RedisPart::withoutCredentials).anyMatch(NO_HOST.asMatchPredicate())) {
            throw new CannotStart("AUTOGLM_REDIS_URL names no host: it should read redis://host:port");
        }
        Matcher plain = PLAIN.matcher(url.strip());
        if (!plain.matches()) {
            String shown = servers.stream().map(RedisPart::withoutCredentials).collect(Collectors.joining(","));
            Address address = new Address(shown, port(servers.getFirst()));
            return new RedisPart(spec(address, List.of(), home, otherwise, SEEN_START_LIMIT), url);
        }
        int port = plain.group("port") == null ? USUAL_PORT : Integer.parseInt(plain.group("port"));
        String host = Objects.requireNonNull(plain.group("host"));
        Address address = new Address(host + ":" + port, port);
        RedisProbe probe = new RedisProbe(host.replaceAll("[\\[\\]]", ""), port, null);
        return new RedisPart(spec(address, List.of(), home, probe, START_LIMIT), url);
    }

    private static String withoutCredentials(String server) {
        String scheme = server.substring(0, server.indexOf("://") + 3);
        return scheme + server.substring(Math.max(scheme.length(), server.lastIndexOf('@') + 1));
    }

    private static int port(String server) {
        Matcher port = PORT.matcher(withoutCredentials(server));
        return port.find() ? Integer.parseInt(port.group(1)) : USUAL_PORT;
    }

    static RedisPart ours(RedisBinary binary, Home home, int port, String password) throws IOException {
        Path configuration = home.redis().resolve("redis.conf");
        WholeFile.write(configuration, configuration(home, port, password));
        List<String> command = List.of(binary.executable().toString(), configuration.toString());
        RedisProbe probe = new RedisProbe("127.0.0.1", port, password);
        return new RedisPart(
                spec(Address.onLoopback(port), command, home, probe, START_LIMIT),
                "redis://:" + password + "@127.0.0.1:" + port);
    }

    /// Whether it is a process of this suite.
    boolean isOurs() {
        return !spec.command().isEmpty();
    }

    private static PartSpec spec(Address address, List<String> command, Home home, Probe probe, Duration startLimit) {
        return new PartSpec(
                "redis",
                address,
                command,
                Map.of(),
                home.log("redis"),
                probe,
                List.of(),
                startLimit,
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
