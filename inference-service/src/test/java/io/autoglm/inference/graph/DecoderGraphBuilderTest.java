package io.autoglm.inference.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            DecoderGraph graph =
                    DecoderGraphBuilder.build(model.config(), model.weights(), MatrixFormat.FP32, 64, memory);

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
            DecoderGraph graph =
                    DecoderGraphBuilder.build(model.config(), model.weights(), MatrixFormat.INT4, 64, memory);

            Constant codes = named(graph, "layer.0.feed_forward.down.weight.codes");
            Constant scales = named(graph, "layer.0.feed_forward.down.weight.scales");
            assertThat(codes.shape()).containsExactly(64L, 3L, 16L);
            assertThat(scales.shape()).containsExactly(64L * 3);
            assertThat(MatrixFormat.INT4.bytesPerWeight()).isEqualTo(0.625);
        }
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
            assertThatThrownBy(() ->
                            DecoderGraphBuilder.build(model.config(), model.weights(), MatrixFormat.FP32, 64, memory))
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
