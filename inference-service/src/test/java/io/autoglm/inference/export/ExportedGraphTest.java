package io.autoglm.inference.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.graph.TensorType;
import io.autoglm.inference.model.DecoderSizes;
import io.autoglm.inference.model.GenaiDirectory;
import io.autoglm.inference.model.GenerationDefaults;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.ModelFiles;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportedGraphTest {

    private static final String REMEDY =
            "; take the CPU export, as `python -m onnxruntime_genai.models.builder -p int4 -e cpu` makes it";

    @TempDir
    Path folder;

    @Test
    void sizes_defaults_and_end_tokens_are_those_of_genai_config() throws IOException {
        ModelFiles files = ModelFiles.open(export().write(folder.resolve("tiny-cpu-int4")));

        assertThat(files).isInstanceOf(GenaiDirectory.class);
        assertThat(files.name()).isEqualTo("tiny-cpu-int4");
        assertThat(files.sizes()).isEqualTo(new DecoderSizes(TinyModel.VOCABULARY, 64, 3, 2, 16, 128));
        assertThat(files.generation())
                .isEqualTo(new GenerationDefaults(false, 0.6, 0.95, 20, null, null, List.of(1, 2)));
    }

    @Test
    void a_directory_without_genai_config_is_a_checkpoint() throws IOException {
        Path path = TinyModel.glm().write(folder);

        assertThat(ModelFiles.open(path)).isInstanceOf(ModelDirectory.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.onnx", "model.onnx.data", "genai_config.json", "tokenizer.json"})
    void the_digest_changes_with_each_file(String name) throws IOException {
        Path path = export().write(folder.resolve("export"));
        Files.writeString(path.resolve("tokenizer.json"), "{}");
        Set<String> digests = new HashSet<>(Set.of(ModelFiles.open(path).digest()));
        Files.writeString(path.resolve("README.md"), "nothing that is served");
        assertThat(digests.add(ModelFiles.open(path).digest())).isFalse();

        Path file = path.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
        if (name.endsWith(".json")) {
            Files.writeString(file, new String(bytes, StandardCharsets.UTF_8) + " ");
        }

        assertThat(digests.add(ModelFiles.open(path).digest())).isTrue();
    }

    @Test
    void a_cut_graph_is_refused() throws IOException {
        Path path = export().write(folder);
        Path file = path.resolve("model.onnx");
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {1, 100, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));

            refused(path, file + ": is no ONNX model, or was cut: a ");
        }
        Files.write(file, new byte[0]);
        refused(path, file + ": is no ONNX model, or was cut: it holds no graph");
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1");
        refused(path, file + ": is no ONNX model, or was cut: ");
    }

    @Test
    void cut_or_missing_weights_are_refused() throws IOException {
        Path path = export().write(folder);
        Path file = path.resolve("model.onnx.data");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        refused(
                path,
                file + ": truncated: tensor lm_head.MatMul.weight ends at byte " + whole.length + ", the file has "
                        + (whole.length - 1));

        Files.delete(file);
        refused(
                path,
                path.resolve("model.onnx") + ": tensor cos_cache lies in 'model.onnx.data', which is no file beside it"
                        + " with a name that begins with its own");
    }

    @Test
    void weights_are_never_looked_for_elsewhere() throws IOException {
        Path path = export().write(folder.resolve("export"));
        Files.move(path.resolve("model.onnx.data"), folder.resolve("model.onnx.data"));
        byte[] graph = Files.readAllBytes(path.resolve("model.onnx"));
        String text = new String(graph, StandardCharsets.ISO_8859_1).replace("model.onnx.data", "../model.onnx.d");
        Files.write(path.resolve("model.onnx"), text.getBytes(StandardCharsets.ISO_8859_1));

        refused(path, path.resolve("model.onnx") + ": tensor cos_cache lies in '../model.onnx.d', which is no file");
    }

    static List<Arguments> unsuited() {
        return List.of(
                Arguments.of(
                        export().withHalfCache(),
                        "the input past_key_values.0.key is of half floats: an export for a GPU" + REMEDY),
                Arguments.of(
                        export().withAttention("MultiHeadAttention"),
                        "has no GroupQueryAttention, whose keys and values could be written in place" + REMEDY),
                Arguments.of(
                        export().withInput("past_conv.0"),
                        "has the input past_conv.0, which this engine has nothing for"),
                Arguments.of(
                        export().readingTheMask(),
                        "reads attention_mask where only attention is known to: this engine cannot give it"),
                Arguments.of(
                        export().saying("num_hidden_layers", 4),
                        "layer 3 has no past_key_values.3.key that goes in and no present.3.key that comes out, but"
                                + " genai_config.json speaks of 4 layers"),
                Arguments.of(
                        export().saying("inputs", Map.of("attention_mask", "input_ids")),
                        "has the input attention_mask, which this engine has nothing for"),
                Arguments.of(
                        export().saying("num_hidden_layers", 2), "has 3 layers of attention; genai_config.json says 2"),
                Arguments.of(
                        export().saying("num_key_value_heads", 4),
                        "layer 0 keeps 2 heads in [-1, 2, -1, 16]; genai_config.json says 4 heads of 16"),
                Arguments.of(
                        export().saying("head_size", 32),
                        "layer 0 keeps 2 heads in [-1, 2, -1, 16]; genai_config.json says 2 heads of 32"),
                Arguments.of(
                        export().saying("context_length", 129),
                        "its table of angles cos_cache has 128 rows; genai_config.json says that a text has up to 129"
                                + " tokens"),
                Arguments.of(
                        export().withRotaryOutside().saying("context_length", 129),
                        "its table of angles cos_cache has 128 rows; genai_config.json says that a text has up to 129"
                                + " tokens"),
                Arguments.of(
                        export().saying("vocab_size", 100),
                        "its logits are [-1, -1, 101]; genai_config.json asks for 100 float32 a token"),
                Arguments.of(
                        export().saying("hidden_size", 65),
                        "its output head makes 101 numbers of 64; genai_config.json asks for 101 of 65"),
                Arguments.of(
                        export().saying("inputs", Map.of("input_ids", "inputs_embeds")),
                        "has no input inputs_embeds of token ids; it has [input_ids, attention_mask,"
                                + " past_key_values.0.key]"));
    }

    @ParameterizedTest
    @MethodSource("unsuited")
    void a_graph_that_this_engine_does_not_run_is_refused_in_one_line(TinyExport export, String why)
            throws IOException {
        Path path = export.write(folder);

        refused(path, path.resolve("model.onnx") + ": " + why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    filename | decoder.onnx | decoder.onnx: not found, but genai_config.json names it
                    filename | ../model.onnx | genai_config.json: filename must be the name of a file beside it, but is "../model.onnx"
                    vision | {} | genai_config.json: model.vision is not supported: only a decoder that reads text is
                    context_length | 0 | genai_config.json: context_length must be a positive whole number, but is "0"
                    """)
    void a_configuration_that_cannot_be_served_is_refused_by_its_field(String field, String value, String why)
            throws IOException {
        Path path = export().saying(field, value).write(folder);

        assertThatThrownBy(() -> ModelFiles.open(path))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage(path.resolve(why.substring(0, why.indexOf(':'))) + why.substring(why.indexOf(':')));
    }

    @Test
    void weights_that_overlap_to_more_than_can_be_counted_are_refused() throws IOException {
        GenaiDirectory directory = (GenaiDirectory) ModelFiles.open(export().write(folder));
        StoredTensor.Place place = new StoredTensor.Beside("model.onnx.data", 0, 1L << 53);
        Map<String, StoredTensor> tensors = IntStream.range(0, 1025)
                .mapToObj(i -> new StoredTensor("t" + i, 11, List.of(1L << 50), place, List.of()))
                .collect(Collectors.toMap(StoredTensor::name, tensor -> tensor));

        ExportedGraph graph = new ExportedGraph(directory, List.of(), List.of(), tensors, Map.of(), Map.of(), folder);

        assertThatThrownBy(graph::bytes).isInstanceOf(ModelLoadException.class).hasMessageContaining("can be counted");
    }

    @Test
    void sizes_that_no_model_has_are_refused() throws IOException {
        Path layers = export().saying("num_hidden_layers", Integer.MAX_VALUE).write(folder.resolve("layers"));
        Path heads = export().saying("head_size", Integer.MAX_VALUE).write(folder.resolve("heads"));

        assertThatThrownBy(() -> ModelFiles.open(layers))
                .hasMessage(layers.resolve("genai_config.json") + ": speaks of 2147483647 layers, more than 4096");
        assertThatThrownBy(() -> ModelFiles.open(heads))
                .hasMessage(heads.resolve("genai_config.json")
                        + ": speaks of 2 key heads of 2147483647 numbers, together more than 1048576");
    }

    @Test
    void a_decoder_in_several_parts_is_refused() throws IOException {
        Path path = export().write(folder);
        Path file = path.resolve("genai_config.json");
        Files.writeString(
                file, Files.readString(file).replace("\"filename\"", "\"pipeline\":[{\"a\":{}}],\"filename\""));

        assertThatThrownBy(() -> ModelFiles.open(path))
                .hasMessage(file + ": model.decoder.pipeline is not supported: the decoder must be one graph");
    }

    private static TinyExport export() {
        return new TinyExport(TinyModel.ofEveryFamily().stream()
                .filter(model -> model.toString().equals("llama, llama3"))
                .findFirst()
                .orElseThrow());
    }

    private static void refused(Path path, String line) {
        assertThatThrownBy(() -> {
                    try (NativeMemory memory = new NativeMemory()) {
                        GenaiDirectory directory = (GenaiDirectory) ModelFiles.open(path);
                        GraphEditor.edit(ExportedGraph.read(directory), TensorType.FLOAT, 64, memory);
                    }
                })
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith(line)
                .message()
                .doesNotContain("\n");
    }
}
