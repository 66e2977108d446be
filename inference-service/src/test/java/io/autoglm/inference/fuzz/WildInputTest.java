package io.autoglm.inference.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.export.ExportedGraph;
import io.autoglm.inference.export.GraphEditor;
import io.autoglm.inference.export.TinyExport;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.graph.TensorType;
import io.autoglm.inference.model.GenaiDirectory;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.ModelFiles;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.TinyModel;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.template.Rendering;
import io.autoglm.inference.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Seeds are fixed, so that what is found once is found again. A time limit stands for a hang: none of these
/// takes longer than seconds.
@Timeout(120)
class WildInputTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chatglm3.jinja",
                "glm-4.jinja",
                "glm-4.5.jinja",
                "idioms.jinja",
                "llama-3.jinja",
                "mistral.jinja",
                "qwen-2.5.jinja",
                "qwen-3.jinja"
            })
    void a_spoiled_template_is_refused_or_renders(String name) throws IOException {
        String template = resource(name);
        JsonNode conversations = JSON.readTree(resource("conversations.json"));
        Mutation mutation = new Mutation(name.hashCode());
        for (int round = 0; round < 400; round++) {
            String spoiled = mutation.spoil(template);
            JsonNode conversation = conversations.get(round % conversations.size());
            Throwable thrown = catchThrowable(() -> {
                Rendering rendering = ChatTemplate.parse(spoiled, Map.of("bos_token", "<s>"), Clock.systemUTC())
                        .render(conversation.get("messages"), conversation.get("tools"), true, JSON.createObjectNode());
                assertThat(rendering).isNotNull();
            });
            assertThat(thrown == null || thrown instanceof IllegalArgumentException)
                    .as("%s of %s", thrown, spoiled)
                    .isTrue();
        }
    }

    @Test
    void a_spoiled_checkpoint_is_refused_in_a_line_or_read() throws IOException {
        Path model = TinyModel.glm().write(folder.resolve("model"));
        Path weights = model.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Mutation mutation = new Mutation(1);
        for (int round = 0; round < 600; round++) {
            // The header is where lies are told.
            Files.write(weights, mutation.spoil(whole, 3000));
            refusedOrRead(() -> ModelDirectory.open(model), "round " + round);
        }
    }

    @Test
    void a_spoiled_configuration_is_refused_in_a_line_or_read() throws IOException {
        for (TinyModel tiny : TinyModel.ofEveryFamily()) {
            Path model = tiny.write(folder.resolve(tiny.toString().replace(' ', '-')));
            Path config = model.resolve("config.json");
            String whole = Files.readString(config);
            Mutation mutation = new Mutation(tiny.toString().hashCode());
            for (int round = 0; round < 60; round++) {
                String spoiled = mutation.spoil(whole);
                Files.write(config, spoiled.getBytes(StandardCharsets.UTF_8));
                refusedOrRead(() -> ModelDirectory.open(model), spoiled);
            }
        }
    }

    @Test
    void a_spoiled_export_is_refused_in_a_line_or_edited() throws IOException {
        TinyModel tiny = TinyModel.ofEveryFamily().getLast();
        Path model = new TinyExport(tiny).withTwoTables(32).write(folder.resolve("export"));
        for (String name : List.of("model.onnx", "genai_config.json")) {
            Path file = model.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            Mutation mutation = new Mutation(name.hashCode());
            for (int round = 0; round < 400; round++) {
                Files.write(file, mutation.spoil(whole, whole.length));
                try (NativeMemory memory = new NativeMemory()) {
                    refusedOrRead(
                            () -> {
                                GenaiDirectory directory = (GenaiDirectory) ModelFiles.open(model);
                                GraphEditor.edit(ExportedGraph.read(directory), TensorType.FLOAT16, 64, memory);
                            },
                            name + ", round " + round);
                }
            }
            Files.write(file, whole);
        }
    }

    @Test
    void a_spoiled_tokenizer_is_refused_in_a_line_or_read() throws IOException {
        String whole = Files.readString(Path.of("..", "models", "autoglm-nano", "tokenizer.json"));
        Path file = folder.resolve("tokenizer.json");
        Mutation mutation = new Mutation(2);
        for (int round = 0; round < 60; round++) {
            String spoiled = mutation.spoil(whole.substring(0, 2000)) + whole.substring(2000);
            Files.write(file, spoiled.getBytes(StandardCharsets.UTF_8));
            refusedOrRead(() -> Tokenizer.open(folder).close(), "round " + round);
        }
    }

    private static void refusedOrRead(ThrowingRunnable read, String input) {
        Throwable thrown = catchThrowable(read::run);
        assertThat(thrown == null || thrown instanceof ModelLoadException)
                .as("%s of %s", thrown, input)
                .isTrue();
        if (thrown != null) {
            assertThat(String.valueOf(thrown.getMessage())).as(input).isNotBlank();
        }
    }

    @FunctionalInterface
    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    private static String resource(String name) throws IOException {
        try (var in = WildInputTest.class.getResourceAsStream("/templates/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
