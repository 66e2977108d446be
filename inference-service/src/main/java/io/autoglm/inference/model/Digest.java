package io.autoglm.inference.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Tells two versions of a model apart, in the time of a start: SHA-256 over the names, sizes and contents of
/// its files. Of a file larger than 64 MiB, 256 samples of 64 KiB count, evenly spread from its first byte to
/// its last: of a shard of 5 GiB every 20 MiB, less than one matrix of a model that needs such shards.
final class Digest {

    private static final long WHOLE_BYTES = 64L << 20;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int SAMPLES = 256;
    private static final int SAMPLE_BYTES = 64 << 10;

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
        try (SeekableByteChannel in = Files.newByteChannel(file)) {
            if (size <= WHOLE_BYTES) {
                add(sha, in, ByteBuffer.allocate(CHUNK_BYTES), size);
                return;
            }
            ByteBuffer sample = ByteBuffer.allocate(SAMPLE_BYTES);
            for (int i = 0; i < SAMPLES - 1; i++) {
                in.position((size - SAMPLE_BYTES) / (SAMPLES - 1) * i);
                add(sha, in, sample, SAMPLE_BYTES);
            }
            in.position(size - SAMPLE_BYTES);
            add(sha, in, sample, SAMPLE_BYTES);
        }
    }

    /// The next `bytes` of the file, or what there is of them.
    private static void add(MessageDigest sha, SeekableByteChannel in, ByteBuffer buffer, long bytes)
            throws IOException {
        long left = bytes;
        while (left > 0) {
            buffer.clear().limit((int) Math.min(left, buffer.capacity()));
            int read = in.read(buffer);
            if (read < 0) {
                return;
            }
            sha.update(buffer.flip());
            left -= read;
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
