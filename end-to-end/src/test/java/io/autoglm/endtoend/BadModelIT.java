package io.autoglm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.endtoend.stack.Instance;
import io.autoglm.endtoend.stack.Repository;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An instance that cannot load its model says in one line which file is at fault, and is not worth starting again.
class BadModelIT {
    private static final int EX_CONFIG = 78;

    @TempDir
    Path folder;

    @Test
    void a_directory_that_does_not_exist_is_named() {
        Path missing = folder.resolve("nowhere");

        assertCannotServe(missing, missing.toString());
    }

    @Test
    void a_file_that_is_missing_is_named() throws IOException {
        Path model = copy();
        Files.delete(model.resolve("config.json"));

        assertCannotServe(model, "config.json");
    }

    @Test
    void weights_that_are_cut_off_are_named() throws IOException {
        Path model = copy();
        try (RandomAccessFile weights =
                new RandomAccessFile(model.resolve("model.safetensors").toFile(), "rw")) {
            weights.setLength(weights.length() / 2);
        }

        assertCannotServe(model, "model.safetensors");
    }

    @Test
    void an_architecture_that_is_not_known_is_named() throws IOException {
        Path model = copy();
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("GlmForCausalLM", "NobodyForCausalLM"));

        assertCannotServe(model, "NobodyForCausalLM");
    }

    private void assertCannotServe(Path model, String named) {
        try (Instance instance = new Instance(model)) {
            assertThat(instance.awaitEnd()).isEqualTo(EX_CONFIG);
            assertThat(instance.log().lines().filter(line -> line.startsWith("autoglm: cannot ")))
                    .singleElement()
                    .asString()
                    .contains(named);
            assertThat(instance.log()).doesNotContain("\tat ");
        }
    }

    private Path copy() throws IOException {
        Path copy = Files.createDirectory(folder.resolve("model"));
        try (Stream<Path> files = Files.list(Repository.model())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }
}
