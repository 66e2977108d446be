package io.autoglm.inference.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.Quantization;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderGraphBuilderTest {

    @TempDir
    Path folder;

    @Test
    void a_tensor_that_is_lacking_is_named() throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().put("num_hidden_layers", 4);

        refused(tiny, "lacks tensor model.layers.3.");
    }

    @Test
    void a_tensor_that_would_not_be_used_is_named() throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().put("num_hidden_layers", 2);

        refused(
                tiny,
                "holds tensor model.layers.2.input_layernorm.weight, which GlmForCausalLM as config.json describes it"
                        + " does not use");
    }

    @Test
    void a_bias_that_the_configuration_forgets_is_not_dropped() throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().put("attention_bias", false);

        refused(tiny, "holds tensor model.layers.0.self_attn.k_proj.bias");
    }

    @Test
    void a_shape_against_the_configuration_is_named() throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().put("intermediate_size", 128);

        refused(
                tiny,
                "tensor model.layers.0.mlp.gate_up_proj.weight has shape [192, 64]; config.json asks for [256, 64]");
    }

    @Test
    void float32_weights_are_used_as_they_lie_in_the_file() throws IOException {
        ModelDirectory model = ModelDirectory.open(TinyModel.glm().write(folder));
        try (NativeMemory memory = new NativeMemory()) {
            DecoderGraph graph = DecoderGraphBuilder.build(
                    model.config(), model.weights(), shape(MatrixFormat.FP32), new MatrixWriter(memory));

            long mapped = graph.constants().stream()
                    .filter(constant -> constant.data().isMapped())
                    .count();
            // All but the two rotary tables, and query/key/value weights and biases, which are stacked.
            assertThat(mapped).isEqualTo(graph.constants().size() - 2 - 2 * 3);
        }
    }

    @Test
    void four_bits_take_an_eighth_of_the_memory_and_the_scales() throws IOException {
        ModelDirectory model = ModelDirectory.open(TinyModel.glm().write(folder));
        try (NativeMemory memory = new NativeMemory()) {
            DecoderGraph graph = DecoderGraphBuilder.build(
                    model.config(), model.weights(), shape(MatrixFormat.INT4), new MatrixWriter(memory));

            Constant codes = named(graph, "layer.0.feed_forward.down.weight.codes");
            Constant scales = named(graph, "layer.0.feed_forward.down.weight.scales");
            assertThat(codes.shape()).containsExactly(64L, 3L, 16L);
            assertThat(scales.shape()).containsExactly(64L * 3);
            assertThat(MatrixFormat.INT4.bytesPerWeight()).isEqualTo(0.625);
        }
    }

    static List<TinyModel> publishedQuantized() {
        return List.of(
                TinyModel.glm().published(Quantization.Method.GPTQ, 4, 32, false),
                TinyModel.glm().published(Quantization.Method.GPTQ, 4, 32, true),
                TinyModel.glm().published(Quantization.Method.GPTQ, 8, 16, true),
                TinyModel.glm().published(Quantization.Method.AWQ, 4, 32, false));
    }

    @ParameterizedTest
    @MethodSource("publishedQuantized")
    void a_checkpoint_that_was_published_quantized_keeps_its_codes(TinyModel tiny) throws IOException {
        ModelDirectory model = ModelDirectory.open(tiny.write(folder));
        try (NativeMemory memory = new NativeMemory()) {
            DecoderGraph graph = DecoderGraphBuilder.build(
                    model.config(), model.weights(), shape(MatrixFormat.INT8), new MatrixWriter(memory));

            String name = "layer.0.feed_forward.down.weight";
            int[] order = model.weights()
                    .packed("model.layers.0.mlp.down_proj", 64, 96)
                    .order();
            float[] restored = restored(graph, name, 64, 96);
            float[] expected =
                    tiny.tensor("model.layers.0.mlp.down_proj.weight").numbers();
            for (int row = 0; row < 64; row++) {
                for (int column = 0; column < 96; column++) {
                    assertThat(restored[row * 96 + column]).isEqualTo(expected[row * 96 + order[column]]);
                }
            }
        }
    }

    /// From the three constants of a `MatMulNBits`.
    private static float[] restored(DecoderGraph graph, String name, int rows, int columns) {
        Constant codes = named(graph, name + ".codes");
        MemorySegment scales = named(graph, name + ".scales").data();
        MemorySegment zeros = named(graph, name + ".zeros").data();
        int blocks = codes.shape().get(1).intValue();
        int block = columns / blocks;
        int bits = (int) (codes.shape().get(2) * 8 / block);
        int zeroBytes = (blocks * bits + 7) / 8;
        float[] numbers = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int at = column / block;
                int code = part(codes.data(), row * columns + column, bits);
                int zero = part(zeros.asSlice((long) row * zeroBytes), at, bits);
                float scale = scales.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * blocks + at);
                numbers[row * columns + column] = scale * (code - zero);
            }
        }
        return numbers;
    }

    private static int part(MemorySegment bytes, long index, int bits) {
        int whole = bytes.get(ValueLayout.JAVA_BYTE, index * bits / 8);
        return (whole >>> (index * bits % 8)) & ((1 << bits) - 1);
    }

    private static GraphShape shape(MatrixFormat matrices) {
        return new GraphShape(matrices, false, 64);
    }

    private static Constant named(DecoderGraph graph, String name) {
        return graph.constants().stream()
                .filter(constant -> constant.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void refused(TinyModel tiny, String why) throws IOException {
        ModelDirectory model = ModelDirectory.open(tiny.write(folder));
        try (NativeMemory memory = new NativeMemory()) {
            assertThatThrownBy(() -> DecoderGraphBuilder.build(
                            model.config(), model.weights(), shape(MatrixFormat.FP32), new MatrixWriter(memory)))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageStartingWith(folder.resolve("model.safetensors") + ": " + why);
        }
    }

    @Test
    void a_graph_that_reads_what_nothing_gives_is_a_bug_found_early() {
        OnnxGraph graph = new OnnxGraph();

        assertThatThrownBy(() -> graph.node(Operator.standard("Add"), "c", List.of("a", "b")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Add reads a, which nothing gives");
    }
}
