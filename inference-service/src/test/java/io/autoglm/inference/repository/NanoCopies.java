package io.autoglm.inference.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;

/// Copies of the shipped model: the same weights under another digest, and broken ones.
public final class NanoCopies {

    private static final Path NANO = Path.of("..", "models", "autoglm-nano");

    private NanoCopies() {}

    /// @param version another digest for each
    /// @return the folder's real path
    public static Path version(Path folder, String version) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(NANO)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Path template = folder.resolve("chat_template.jinja");
            Files.writeString(template, "{#- " + version + " -#}", StandardOpenOption.APPEND);
            return folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One whose directory is whole, but which cannot be loaded.
    public static Path withoutWords(Path folder) {
        return with(folder, "tokenizer.json", "{}");
    }

    /// One whose weights end too early.
    public static Path cutOff(Path folder) {
        try {
            Path copy = version(folder, "cut off");
            Path weights = copy.resolve("model.safetensors");
            byte[] bytes = Files.readAllBytes(weights);
            Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path with(Path folder, String file, String content) {
        try {
            Path copy = version(folder, file);
            Files.writeString(copy.resolve(file), content);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
