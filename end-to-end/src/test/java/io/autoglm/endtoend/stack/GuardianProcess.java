package io.autoglm.endtoend.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The other end of a {@link Guardian}'s pipe. Needs nothing but the JDK.
///
/// 1. `watch pid start`, `ended pid`, `folder path`, `last command` and `done` come line by line
/// 2. at the end of the input, and when this process is told to end itself (Ctrl-C reaches both), what is
///    still watched is killed; schedulers come before the processes that they would start again
/// 3. after `done` nothing is
final class GuardianProcess {
    private final Map<Long, KnownProcess> watched = new LinkedHashMap<>();
    private final List<RunFolder> folders = new ArrayList<>();
    private @Nullable String last;
    private boolean done;

    private GuardianProcess() {}

    public static void main(String... none) throws IOException {
        GuardianProcess guardian = new GuardianProcess();
        Runtime.getRuntime().addShutdownHook(new Thread(guardian::end));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                guardian.hear(line);
            }
        }
    }

    private synchronized void hear(String line) {
        String word = line.split(" ", 2)[0];
        String rest = line.substring(Math.min(line.length(), word.length() + 1));
        switch (word) {
            case "watch" -> {
                String[] process = rest.split(" ", 2);
                long pid = Long.parseLong(process[0]);
                watched.put(pid, new KnownProcess(pid, Instant.parse(process[1])));
            }
            case "ended" -> watched.remove(Long.valueOf(rest));
            case "folder" -> folders.add(new RunFolder(Path.of(rest)));
            case "last" -> last = rest;
            case "done" -> done = true;
            default -> throw new IllegalArgumentException("no such word: " + line);
        }
    }

    private synchronized void end() {
        if (done) {
            return;
        }
        watched.values().forEach(KnownProcess::kill);
        folders.forEach(RunFolder::killAll);
        if (last != null) {
            run(last);
        }
    }

    private static void run(String command) {
        try {
            new ProcessBuilder("sh", "-c", command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
