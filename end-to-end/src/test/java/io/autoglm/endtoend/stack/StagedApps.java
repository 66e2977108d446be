package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The packaged services as they were when the tests began: links to the files, which a build that runs
/// meanwhile replaces and does not change.
record StagedApps(Path folder) {

    /// @param service `gateway`, `scheduler`, `context` or `inference`
    /// @return the jar to run
    Path jar(String service) {
        Path built = Repository.root().resolve(service + "-service/target/quarkus-app");
        if (!Files.exists(built.resolve("quarkus-run.jar"))) {
            throw new IllegalStateException(service + "-service is not packaged: run ./mvnw package before");
        }
        Path staged = folder.resolve(service);
        if (!Files.exists(staged)) {
            link(built, staged);
        }
        return staged.resolve("quarkus-run.jar");
    }

    private static void link(Path from, Path to) {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path there = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(there);
                } else {
                    Files.createLink(there, path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
