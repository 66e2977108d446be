package io.autoglm.local.supervision;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The file that a part prints into by itself, without anyone between.
///
/// @param maxBytes a file that has grown beyond is copied to `.1` and cut to nothing. The part goes on at its new end,
///                 since it was opened for appending; a line written between the two steps is lost
record PartLog(Path file, long maxBytes) {

    private static final int TAIL_BYTES = 16 << 10;
    /// How our services begin the line that says why they cannot start.
    private static final String OWN_WORDS = "autoglm: cannot ";

    long size() {
        try {
            return Files.size(file);
        } catch (IOException notThereYet) {
            return 0;
        }
    }

    void cap() throws IOException {
        if (size() <= maxBytes) return;
        Files.copy(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }

    /// Why the run that began at `start` ended: in its own words where it has said so, else its last line.
    String reason(long start, String ending) {
        List<String> lines = tail(start).lines().filter(line -> !line.isBlank()).toList();
        for (String line : lines.reversed()) {
            int words = line.indexOf(OWN_WORDS);
            if (words >= 0) return line.substring(words);
        }
        return lines.isEmpty() ? ending : ending + ": " + lines.getLast().strip();
    }

    private String tail(long start) {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            long length = log.length();
            long from = Math.max(start <= length ? start : 0, length - TAIL_BYTES);
            byte[] bytes = new byte[(int) (length - from)];
            log.seek(from);
            log.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return "";
        }
    }
}
