package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/// Where one scheduler notes the processes that it starts: a file `{id}.pid` for each, as Java properties.
record RunFolder(Path path) {

    /// Kills what still runs, and deletes the files: what they name may be another's process tomorrow.
    void killAll() {
        for (Path file : files()) {
            process(file).ifPresent(KnownProcess::kill);
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private List<Path> files() {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> file.toString().endsWith(".pid")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Empty where the file is gone meanwhile, or makes no sense.
    private static Optional<KnownProcess> process(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return Optional.of(new KnownProcess(
                    Long.parseLong(properties.getProperty("pid", "")),
                    Instant.parse(properties.getProperty("startedAt", ""))));
        } catch (IOException | NumberFormatException | DateTimeParseException none) {
            return Optional.empty();
        }
    }
}
