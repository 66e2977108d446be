package io.autoglm.redis;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/// A real Redis on a free loopback port: `redis-server` of the PATH, else the binary that embedded-redis
/// carries. It can be killed and started again on its data.
public final class RedisProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private final Path folder;
    private final int port;
    private final List<String> settings;
    private @Nullable Process process;

    /// @param settings in the spelling of the command line: `--appendonly`, `yes`
    public RedisProcess(String... settings) throws IOException {
        this.folder = Files.createTempDirectory("autoglm-redis");
        this.port = freePort();
        this.settings = List.of(settings);
    }

    public static RedisProcess keeping() throws IOException {
        return new RedisProcess("--appendonly", "yes", "--appendfsync", "always", "--save", "");
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /// Does nothing where it is running.
    public RedisProcess start() throws IOException {
        if (process != null && process.isAlive()) {
            return this;
        }
        List<String> command = new ArrayList<>(List.of(binary(), "--bind", "127.0.0.1", "--port", "" + port));
        command.addAll(List.of("--dir", folder.toString()));
        command.addAll(settings);
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        process = started;
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
        Instant deadline = Instant.now().plus(START_LIMIT);
        while (!answers()) {
            if (!started.isAlive() || Instant.now().isAfter(deadline)) {
                throw new IllegalStateException("Redis did not start: " + Files.readString(folder.resolve("log")));
            }
            Thread.onSpinWait();
        }
        return this;
    }

    /// `kill -9`.
    public void kill() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    /// Stands still until {@link #resume}: its port accepts connections and nothing is answered.
    public void suspend() throws IOException, InterruptedException {
        signal("STOP");
    }

    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process running = Objects.requireNonNull(process, "it was not started");
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(running.pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill -" + name + " ended with " + code);
        }
    }

    /// Sends one command in the inline form and gives back the first line of the answer.
    public String command(String line) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[512];
            int read = socket.getInputStream().read(answer);
            return new String(answer, 0, Math.max(0, read), StandardCharsets.UTF_8).strip();
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean answers() {
        try {
            return command("PING").equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String binary() throws IOException {
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder, "redis-server");
            if (Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        return ExecutableProvider.newJarResourceProvider().get().getPath();
    }
}
