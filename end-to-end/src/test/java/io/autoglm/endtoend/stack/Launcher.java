package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The Java half of `./autoglm`, as the script calls it after a build, with a home and ports of its own.
public final class Launcher implements AutoCloseable {
    private static final int LIMIT_SECONDS = 300;

    private final Path home;
    private final int offset = Ports.launcherOffset();
    private final Guardian guardian;

    public Launcher() throws IOException {
        Path scratch = Files.createDirectories(Repository.scratch());
        home = Files.createTempDirectory(scratch, "launcher");
        guardian = new Guardian();
        guardian.atDeath("AUTOGLM_HOME='" + home + "' '" + String.join("' '", command("down")) + "'");
    }

    /// @param text what went to standard output and error
    public record Result(int exitCode, String text) {}

    public Result run(String... arguments) throws IOException, InterruptedException {
        Path output = home.resolveSibling(home.getFileName() + ".out");
        ProcessBuilder builder = new ProcessBuilder(command(arguments))
                .directory(Repository.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AUTOGLM_"));
        builder.environment().put("AUTOGLM_HOME", home.toString());
        builder.environment().put("AUTOGLM_CPU_THREADS", "1");
        Process process = builder.start();
        guardian.watch(process);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("autoglm " + String.join(" ", arguments) + " hangs:\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + (8_080 + offset) + "/v1";
    }

    @Override
    public void close() throws Exception {
        run("down");
        guardian.close();
    }

    private List<String> command(String... arguments) {
        Path built = Repository.root().resolve("deployment/local/target");
        List<String> command = new ArrayList<>(PackagedStack.java(64));
        command.add("-Dautoglm.root=" + Repository.root());
        command.addAll(List.of("-cp", built.resolve("autoglm-local.jar") + ":" + built.resolve("lib") + "/*"));
        command.add("io.autoglm.local.Autoglm");
        command.addAll(List.of(arguments));
        command.addAll(List.of("--port-offset", Integer.toString(offset)));
        return command;
    }
}
