package io.autoglm.local.terminal;

import io.autoglm.local.home.Home;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// `logs`: the last lines of one part or of all, and with `-f` what comes after.
///
/// @param lines how many of each file at the beginning
public record LogView(Home home, int lines) {

    /// The end of a file that is searched for the last lines.
    private static final int TAIL_BYTES = 1 << 20;
    private static final int FOLLOW_MILLIS = 200;

    /// Names of the parts that have a log.
    public List<String> parts() throws IOException {
        if (!Files.isDirectory(home.logs())) return List.of();
        try (Stream<Path> files = Files.list(home.logs())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .map(name -> name.substring(0, name.length() - ".log".length()))
                    .sorted()
                    .toList();
        }
    }

    /// Shows the end of each; with more than one, every line begins with its part.
    ///
    /// @param follow goes on until the process is ended
    public void show(List<String> parts, boolean follow, PrintStream out) throws IOException, InterruptedException {
        Map<String, Tail> tails = new LinkedHashMap<>();
        for (String part : parts) tails.put(part, new Tail(home.log(part)));
        for (Map.Entry<String, Tail> tail : tails.entrySet()) {
            List<String> all = tail.getValue().readFromEnd(TAIL_BYTES);
            print(tail.getKey(), all.subList(Math.max(0, all.size() - lines), all.size()), parts.size() > 1, out);
        }
        while (follow && !out.checkError()) {
            Thread.sleep(FOLLOW_MILLIS);
            for (Map.Entry<String, Tail> tail : tails.entrySet()) {
                print(tail.getKey(), tail.getValue().readOn(), parts.size() > 1, out);
            }
        }
    }

    private static void print(String part, List<String> lines, boolean named, PrintStream out) {
        for (String line : lines) out.println(named ? "%-12s │ %s".formatted(part, line) : line);
    }

    /// A place in a file that grows, is cut, or is not there yet.
    private static final class Tail {
        private final Path file;
        private long at;

        Tail(Path file) {
            this.file = file;
        }

        List<String> readFromEnd(int bytes) throws IOException {
            at = Files.exists(file) ? Math.max(0, Files.size(file) - bytes) : 0;
            return readOn();
        }

        /// Whole lines only; a line that is still being written is left for the next time.
        List<String> readOn() throws IOException {
            if (!Files.exists(file)) return List.of();
            try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
                if (log.length() < at) at = 0;
                byte[] bytes = new byte[(int) Math.min(log.length() - at, TAIL_BYTES)];
                log.seek(at);
                log.readFully(bytes);
                int end = bytes.length;
                while (end > 0 && bytes[end - 1] != '\n') end--;
                at += end;
                return new ArrayList<>(new String(bytes, 0, end, StandardCharsets.UTF_8)
                        .lines()
                        .toList());
            }
        }
    }
}
