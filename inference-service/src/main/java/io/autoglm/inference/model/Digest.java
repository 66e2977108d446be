package io.autoglm.inference.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Tells two versions of a model apart, in the time of a start: SHA-256 over the names, sizes and contents of its
/// files. Of a file larger than 64 MiB only the first and last MiB count (a safetensors header lies in the first).
final class Digest {

    private static final long WHOLE_BYTES = 64L << 20;
    private static final int END_BYTES = 1 << 20;

    private Digest() {}

    /// @return 12 hex digits
    static String of(List<Path> files) {
        MessageDigest sha = sha256();
        for (Path file : files.stream().sorted().toList()) {
            try {
                add(sha, file);
            } catch (IOException | UncheckedIOException e) {
                throw new ModelLoadException(file, "cannot be read: " + e.getMessage(), e);
            }
        }
        return HexFormat.of().formatHex(sha.digest(), 0, 6);
    }

    private static void add(MessageDigest sha, Path file) throws IOException {
        long size = Files.size(file);
        sha.update(String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8));
        sha.update(
                ByteBuffer.allocate(1 + Long.BYTES).put((byte) 0).putLong(size).flip());
        try (InputStream in = Files.newInputStream(file)) {
            if (size <= WHOLE_BYTES) {
                byte[] chunk = new byte[END_BYTES];
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    sha.update(chunk, 0, read);
                }
            } else {
                sha.update(in.readNBytes(END_BYTES));
                in.skipNBytes(size - 2L * END_BYTES);
                sha.update(in.readNBytes(END_BYTES));
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
