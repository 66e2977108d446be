package io.autoglm.scheduler.lifecycle;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that is needed to start one instance's process.
///
/// @param environment what it gets beside, or instead of, what the scheduler has; secrets travel here, never in
///                    `command`
record Launch(String id, String host, int port, List<String> command, SortedMap<String, String> environment, Path log) {

    /// Set for the scheduler and wrong for its children.
    private static final List<String> NOT_INHERITED =
            List.of("AUTOGLM_MANAGEMENT_PORT", "AUTOGLM_LIFECYCLE_", "QUARKUS_HTTP_", "QUARKUS_MANAGEMENT_");

    Launch {
        command = List.copyOf(command);
        environment = new TreeMap<>(environment);
    }

    static Launch of(
            String id, String host, int port, List<String> template, Map<String, String> environment, Path logDir) {
        String url = url(host, port);
        List<String> command = template.stream()
                .map(part -> part.replace("{id}", id)
                        .replace("{port}", Integer.toString(port))
                        .replace("{url}", url))
                .toList();
        SortedMap<String, String> own = new TreeMap<>(environment);
        own.put("AUTOGLM_INSTANCE_ID", id);
        own.put("AUTOGLM_INSTANCE_URL", url);
        own.put("AUTOGLM_HOST", host);
        own.put("AUTOGLM_PORT", Integer.toString(port));
        return new Launch(id, host, port, command, own, logDir.resolve(id + ".log"));
    }

    private static String url(String host, int port) {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    String url() {
        return url(host, port);
    }

    /// Two launches with the same fingerprint start the same thing: a process of another one is not worth adopting.
    String fingerprint() {
        SortedMap<String, String> seen = new TreeMap<>(childEnvironment(System.getenv()));
        seen.keySet().removeIf(name -> !name.startsWith("AUTOGLM_"));
        String all = String.join("\0", command) + "\0" + seen;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    boolean portIsFree() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    Process start() throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Map<String, String> child = childEnvironment(System.getenv());
        builder.environment().clear();
        builder.environment().putAll(child);
        return builder.start();
    }

    private Map<String, String> childEnvironment(Map<String, String> inherited) {
        Map<String, String> child = new TreeMap<>(inherited);
        child.keySet().removeIf(name -> NOT_INHERITED.stream().anyMatch(name::startsWith));
        child.putAll(environment);
        return child;
    }
}
