package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One packaged inference process by itself, without a scheduler.
public final class Instance implements AutoCloseable {
    private final Guardian guardian;
    private final Part part;

    public Instance(Path model) {
        int port = Ports.block(1);
        try {
            Path scratch = Files.createDirectories(Repository.scratch());
            Path folder = Files.createTempDirectory(scratch, "instance");
            List<String> command = new ArrayList<>(PackagedStack.engine());
            command.add(1, "-XX:TieredStopAtLevel=1");
            command.add(new StagedApps(folder.resolve("apps")).jar("inference").toString());
            Map<String, String> environment = Map.of(
                    "AUTOGLM_PORT",
                    Integer.toString(port),
                    "AUTOGLM_MODEL_PATH",
                    model.toString(),
                    "AUTOGLM_INTERNAL_AUTH",
                    "none",
                    "AUTOGLM_CPU_THREADS",
                    "1",
                    // On a busy machine Vert.x would print stack traces of a start that takes long.
                    "QUARKUS_VERTX_WARNING_EXCEPTION_TIME",
                    "60s");
            guardian = new Guardian();
            part = new Part(
                    "inference",
                    command,
                    environment,
                    folder,
                    () -> Http.status("http://127.0.0.1:" + port + "/health") == 200,
                    guardian);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        part.start();
    }

    /// @return the exit code
    public int awaitEnd() {
        return part.awaitEnd();
    }

    /// What it has printed.
    public String log() {
        return part.log();
    }

    @Override
    public void close() {
        part.stop();
        guardian.close();
    }
}
