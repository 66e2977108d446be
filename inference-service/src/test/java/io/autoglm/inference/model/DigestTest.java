package io.autoglm.inference.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    /// A sparse file in which one MiB, at `at`, differs from zeros.
    private Path large(long size, long at) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.deleteIfExists(file);
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(size);
            large.seek(at);
            large.write(new byte[MIB / 2]);
            for (int i = 0; i < MIB; i += 4096) {
                large.seek(at + i);
                large.write(7);
            }
        }
        return file;
    }

    @Test
    void two_trainings_of_one_large_model_are_told_apart_wherever_they_differ() throws IOException {
        long size = 150L * MIB;
        Set<String> digests = new HashSet<>();
        for (long at = 0; at < 150; at += 10) {
            digests.add(Digest.of(List.of(large(size, at * MIB))));
        }
        digests.add(Digest.of(List.of(large(size, 149L * MIB))));

        assertThat(digests).hasSize(16);
    }

    @Test
    void a_large_file_that_is_the_same_has_the_same_digest() throws IOException {
        String first = Digest.of(List.of(large(70L * MIB, 3 * MIB)));

        assertThat(Digest.of(List.of(large(70L * MIB, 3 * MIB)))).isEqualTo(first);
        assertThat(Digest.of(List.of(large(70L * MIB + 1, 3 * MIB)))).isNotEqualTo(first);
    }
}
