package io.autoglm.local.suite;

import io.autoglm.local.home.Home;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/// A Redis server that runs here: the one on the PATH, else the real one that the embedded-redis library carries.
///
/// @param version as it says itself
record RedisBinary(Path executable, String version) {

    private static final Pattern VERSION = Pattern.compile("v=(\\d[\\w.]*)");
    private static final int VERSION_TIMEOUT_SECONDS = 10;

    static RedisBinary find(Home home, String path) throws CannotStart {
        Optional<RedisBinary> installed = onPath(path);
        return installed.isPresent() ? installed.get() : embedded(home);
    }

    static Optional<RedisBinary> onPath(String path) {
        for (String folder : path.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, "redis-server");
            if (!Files.isExecutable(candidate) || Files.isDirectory(candidate)) continue;
            if (ask(candidate) instanceof Runs(String version)) {
                return Optional.of(new RedisBinary(candidate.toAbsolutePath(), version));
            }
        }
        return Optional.empty();
    }

    private static RedisBinary embedded(Home home) throws CannotStart {
        String why;
        try {
            Path executable = extracted(home);
            switch (ask(executable)) {
                case Runs(String version) -> {
                    return new RedisBinary(executable, version);
                }
                case Fails(String reason) -> why = reason;
            }
        } catch (IOException unreadable) {
            why = unreadable.getMessage();
        }
        throw new CannotStart("no Redis can run here: there is no redis-server on the PATH, and the embedded one needs"
                + " what is missing (" + why
                + "): install Redis (Debian, Ubuntu: sudo apt install redis-server · Fedora:"
                + " sudo dnf install redis · macOS: brew install redis), or set AUTOGLM_REDIS_URL");
    }

    private static Path extracted(Home home) throws IOException {
        String resource = ExecutableProvider.newProvidedVersionsMap().get(OsArchitecture.detectOSandArchitecture());
        if (resource == null) throw new IOException("none for " + System.getProperty("os.arch"));
        Path executable = home.binaries().resolve(resource.substring(1));
        if (Files.isExecutable(executable)) return executable;
        Path unfinished = home.binaries().resolve("unfinished");
        try (InputStream content = ExecutableProvider.class.getResourceAsStream(resource)) {
            if (content == null) throw new IOException("none for " + System.getProperty("os.arch"));
            Files.copy(content, unfinished, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!unfinished.toFile().setExecutable(true, true)) throw new IOException(unfinished + " cannot be executable");
        return Files.move(unfinished, executable, StandardCopyOption.ATOMIC_MOVE);
    }

    private sealed interface Asked {}

    private record Runs(String version) implements Asked {}

    private record Fails(String reason) implements Asked {}

    /// What `--version` gives: `Redis server v=6.2.11 …`, or what the loader says of a library that is missing.
    private static Asked ask(Path executable) {
        try {
            Process process = new ProcessBuilder(List.of(executable.toString(), "--version"))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(VERSION_TIMEOUT_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
            Matcher version = VERSION.matcher(said);
            return version.find() ? new Runs(version.group(1)) : new Fails(lastSentence(said));
        } catch (IOException cannotRun) {
            return new Fails(lastSentence(String.valueOf(cannotRun.getMessage())));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Fails("interrupted");
        }
    }

    /// `…/redis-server: error while loading shared libraries: libssl.so.3: cannot open …` without the path before.
    private static String lastSentence(String said) {
        String line = said.strip().lines().findFirst().orElse("it says nothing");
        int library = line.indexOf("error while loading");
        return library >= 0 ? line.substring(library) : line;
    }
}
