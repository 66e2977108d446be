package io.autoglm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.Instance;
import io.autoglm.endtoend.stack.Repository;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An instance that cannot load its model says in one line which file is at fault and why, and is not worth
/// starting again.
class BadModelIT {
    private static final int EX_CONFIG = 78;

    @TempDir
    Path folder;

    @Test
    void a_directory_that_does_not_exist_is_named() {
        Path missing = folder.resolve("nowhere");

        assertCannotServe(missing, missing, "no such directory");
    }

    @Test
    void a_file_that_is_missing_is_named() throws IOException {
        Path model = copy();
        Path config = model.resolve("config.json");
        Files.delete(config);

        assertCannotServe(model, config, "not found");
    }

    @Test
    void weights_that_are_cut_off_are_named() throws IOException {
        Path model = copy();
        Path file = model.resolve("model.safetensors");
        try (RandomAccessFile weights = new RandomAccessFile(file.toFile(), "rw")) {
            weights.setLength(weights.length() / 2);
        }

        assertCannotServe(model, file, "truncated");
    }

    @Test
    void an_architecture_that_is_not_known_is_named() throws IOException {
        Path model = copy();
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("GlmForCausalLM", "NobodyForCausalLM"));

        assertCannotServe(model, config, "unknown architecture NobodyForCausalLM");
    }

    @Test
    void a_tokenizer_that_is_no_tokenizer_is_named() throws IOException {
        Path model = copy();
        Path tokenizer = Files.writeString(model.resolve("tokenizer.json"), "{\"version\": \"1.0\",");

        assertCannotServe(model, tokenizer, "is not JSON");
    }

    @Test
    void a_tokenizer_of_another_kind_is_named() throws IOException {
        Path model = copy();
        Path tokenizer = model.resolve("tokenizer.json");
        ObjectNode wordPiece = (ObjectNode) Http.tree(Files.readString(tokenizer));
        wordPiece.putObject("decoder").put("type", "WordPiece");
        Files.writeString(tokenizer, wordPiece.toString());

        assertCannotServe(model, tokenizer, "WordPiece");
    }

    @Test
    void a_chat_template_that_is_broken_is_named_with_the_line() throws IOException {
        Path model = copy();
        Path template = Files.writeString(
                model.resolve("chat_template.jinja"), "{%- for message in messages -%}\n{{ message.content\n");

        assertCannotServe(model, template, "the chat template, line ");
    }

    @Test
    void weights_that_are_quantized_in_a_way_that_is_not_known_are_refused() throws IOException {
        Path model = copy();
        Path config = model.resolve("config.json");
        ObjectNode fp8 = (ObjectNode) Http.tree(Files.readString(config));
        fp8.putObject("quantization_config").put("quant_method", "fp8");
        Files.writeString(config, fp8.toString());

        assertCannotServe(model, config, "quantization_config of method 'fp8' is not supported");
    }

    private void assertCannotServe(Path model, Path file, String reason) {
        try (Instance instance = new Instance(model)) {
            assertThat(instance.awaitEnd()).isEqualTo(EX_CONFIG);
            assertThat(instance.log().lines().filter(line -> line.startsWith("autoglm: cannot ")))
                    .singleElement()
                    .asString()
                    .startsWith("autoglm: cannot serve: " + file + ": ")
                    .contains(reason);
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
