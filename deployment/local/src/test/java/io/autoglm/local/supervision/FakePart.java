package io.autoglm.local.supervision;

import com.sun.net.httpserver.HttpServer;
import io.autoglm.local.home.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A real process that behaves like a service: healthy on its port, and in the journal it says when it starts and
/// stops.
public final class FakePart {
    private FakePart() {}

    /// Arguments: name, port, journal, and how it behaves: `healthy`, `misconfigured` or `broken`.
    static void main(String[] arguments) throws IOException {
        String name = arguments[0];
        Path journal = Path.of(arguments[2]);
        switch (arguments[3]) {
            case "misconfigured" -> {
                System.err.println("autoglm: cannot start " + name + ": its folder is missing: make it");
                System.exit(Part.EXIT_MISCONFIGURED);
            }
            case "broken" -> {
                System.err.println("java.lang.IllegalStateException: out of luck");
                System.exit(1);
            }
            default -> serve(name, Integer.parseInt(arguments[1]), journal);
        }
    }

    private static void serve(String name, int port, Path journal) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/q/health/ready", exchange -> {
            byte[] body = "{\"status\":\"UP\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        write(journal, "start " + name);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> write(journal, "stop " + name)));
    }

    private static void write(Path journal, String line) {
        try {
            Files.writeString(journal, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }

    static PartSpec spec(Path folder, String name, String behaviour, List<String> after) throws IOException {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx24m",
                "-cp",
                System.getProperty("java.class.path"),
                FakePart.class.getName()));
        command.addAll(List.of(name, Integer.toString(port), journal(folder).toString(), behaviour));
        return new PartSpec(
                name,
                Address.onLoopback(port),
                command,
                Map.of(),
                folder.resolve(name + ".log"),
                new HttpProbe("http://127.0.0.1:" + port + "/q/health/ready"),
                after,
                Duration.ofSeconds(60),
                Duration.ofSeconds(20));
    }

    static Path journal(Path folder) {
        return folder.resolve("journal");
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
