package io.autoglm.scheduler.lifecycle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// The file that an instance's process appends to by itself.
record ChildLog(Path path) {
    /// Much, because stack traces may follow the line that explains.
    private static final int TAIL_BYTES = 1 << 20;
    private static final int MAX_REASON = 500;
    /// How our services announce in one line that they cannot go on.
    private static final String LAST_WORDS = "autoglm: cannot ";

    /// Copies a file that has grown too large to `.1` and empties it. The process goes on writing at the new end,
    /// because it appends; lines written between the copy and the cut are lost, as with logrotate's `copytruncate`.
    void rotate(long maxBytes) throws IOException {
        if (Files.exists(path) && Files.size(path) > maxBytes) {
            Files.copy(path, path.resolveSibling(path.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            FileChannel.open(path, StandardOpenOption.WRITE).truncate(0).close();
        }
    }

    long size() throws IOException {
        return Files.exists(path) ? Files.size(path) : 0;
    }

    /// What the process said last: the line in which it explains itself where there is one, else its last line.
    ///
    /// @param from where in the file this process began to write
    Optional<String> lastLine(long from) throws IOException {
        List<String> lines = tail(from)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        return lines.stream()
                .filter(line -> line.startsWith(LAST_WORDS))
                .reduce((first, second) -> second)
                .or(() -> lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast()))
                .map(line -> line.length() > MAX_REASON ? line.substring(0, MAX_REASON) : line);
    }

    private String tail(long from) throws IOException {
        if (!Files.exists(path)) {
            return "";
        }
        try (FileChannel channel = FileChannel.open(path)) {
            long begin = Math.max(channel.size() < from ? 0 : from, channel.size() - TAIL_BYTES);
            ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - begin));
            channel.position(begin);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // until the buffer is full or the file ends
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }
}
