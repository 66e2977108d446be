package io.autoglm.scheduler.lifecycle;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/// `{run-dir}/{id}.pid`: by what a later scheduler finds the process again. Java properties, replaced as a whole.
record PidFile(Path path) {
    private static final String SUFFIX = ".pid";
    /// Linux counts start times in ticks since boot, and the boot time moves with NTP.
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    /// @param startedAt distinguishes the process from a later one with the same pid
    record Entry(long pid, Instant startedAt, int port, String fingerprint) {

        /// The very process, if it still lives.
        Optional<ProcessHandle> find() {
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(handle ->
                            handle.info().startInstant().map(this::isStart).orElse(false));
        }

        private boolean isStart(Instant other) {
            return Duration.between(startedAt, other).abs().compareTo(TOLERANCE) <= 0;
        }
    }

    static PidFile of(Path runDir, String id) {
        return new PidFile(runDir.resolve(id + SUFFIX));
    }

    static List<PidFile> all(Path runDir) throws IOException {
        if (!Files.isDirectory(runDir)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(runDir)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .map(PidFile::new)
                    .toList();
        }
    }

    String id() {
        String name = path.getFileName().toString();
        return name.substring(0, name.length() - SUFFIX.length());
    }

    void write(Entry entry) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Properties properties = new Properties();
        properties.setProperty("pid", Long.toString(entry.pid()));
        properties.setProperty("startedAt", entry.startedAt().toString());
        properties.setProperty("port", Integer.toString(entry.port()));
        properties.setProperty("fingerprint", entry.fingerprint());
        Path beside = path.resolveSibling(path.getFileName() + ".new");
        try (Writer writer = Files.newBufferedWriter(beside)) {
            properties.store(writer, null);
        }
        Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Empty where there is no file, or one that makes no sense.
    Optional<Entry> read() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
            return Optional.of(new Entry(
                    Long.parseLong(properties.getProperty("pid", "")),
                    Instant.parse(properties.getProperty("startedAt", "")),
                    Integer.parseInt(properties.getProperty("port", "")),
                    properties.getProperty("fingerprint", "")));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (CharacterCodingException | IllegalArgumentException | DateTimeException nonsense) {
            return Optional.empty();
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
    }
}
