package io.autoglm.inference.graph;

import io.autoglm.inference.graph.ModuleWriter.Part;
import io.autoglm.inference.model.DecoderConfig;
import io.autoglm.inference.model.Modules;
import java.util.List;

/// Gate and up in one product, `silu(gate) · up`, down; or a mixture of such ([ExpertBlock]).
final class FeedForwardBlock {

    private static final Operator MUL = Operator.standard("Mul");
    private static final Operator SPLIT = Operator.standard("Split");
    private static final Operator SILU = Operator.microsoft("QuickGelu");

    private final OnnxGraph graph;
    private final ModuleWriter write;
    private final DecoderConfig config;
    private final Modules modules;

    FeedForwardBlock(OnnxGraph graph, ModuleWriter write, DecoderConfig config) {
        this.graph = graph;
        this.write = write;
        this.config = config;
        this.modules = config.family().modules();
    }

    /// @return what is to be added to the residual
    String write(int layer, String input) {
        String name = "layer." + layer + ".feed_forward";
        String output = write(name, input, modules.feedForward(layer), config.intermediateSize());
        return config.sandwichNorms()
                ? write.norm(name + ".normed", output, modules.afterFeedForwardNorm(layer), config.hiddenSize())
                : output;
    }

    /// @param module the feed-forward in the checkpoint
    /// @param width  of its inside
    String write(String name, String input, String module, int width) {
        List<String> gateUp = modules.gateUp(module);
        String both = write.linear(
                name + ".gate_up",
                input,
                gateUp.stream()
                        .map(part -> new Part(part, 2L * width / gateUp.size()))
                        .toList(),
                config.hiddenSize(),
                config.mlpBias());
        String gate = name + ".gate";
        String up = name + ".up";
        graph.node(SPLIT, List.of(gate, up), List.of(both), Attribute.of("axis", -1), Attribute.of("num_outputs", 2));
        String activated = graph.node(SILU, name + ".silu", List.of(gate), Attribute.of("alpha", 1f));
        String inner = graph.node(MUL, name + ".inner", List.of(activated, up));
        return write.linear(
                name + ".down", inner, new Part(modules.down(module), config.hiddenSize()), width, config.mlpBias());
    }
}
