package io.autoglm.inference.graph;

import io.autoglm.inference.graph.ModuleWriter.Part;
import io.autoglm.inference.model.DecoderConfig;
import io.autoglm.inference.model.Modules;
import io.autoglm.inference.model.Tensor;
import io.autoglm.inference.model.Weights;
import java.util.List;

/// The forward pass, block by block:
///
/// 1. embedding
/// 2. for each layer: norm, [AttentionBlock], residual + norm, [FeedForwardBlock] or [ExpertBlock], residual
///    + the next norm
/// 3. of the positions asked for: output head
public final class DecoderGraphBuilder {

    private static final Operator CAST = Operator.standard("Cast");
    private static final Operator GATHER = Operator.standard("Gather");

    private final DecoderConfig config;
    private final Modules modules;
    private final GraphShape shape;
    private final MatrixFormat format;
    private final MatrixWriter writer;
    private final OnnxGraph graph = new OnnxGraph();
    private final ModuleWriter write;
    private final AttentionBlock attention;
    private final FeedForwardBlock feedForward;
    private final ExpertBlock experts;

    private DecoderGraphBuilder(DecoderConfig config, Weights weights, GraphShape shape, MatrixWriter writer) {
        this.config = config;
        this.modules = config.family().modules();
        this.shape = shape;
        this.format = shape.matrices();
        this.writer = writer;
        this.write = new ModuleWriter(graph, config, weights, format, writer);
        this.attention = new AttentionBlock(graph, write, config, shape);
        this.feedForward = new FeedForwardBlock(graph, write, config);
        this.experts = new ExpertBlock(graph, write, feedForward, writer, config, format);
    }

    /// @param writer of the weights that cannot be used as they lie in the file
    /// @throws ModelLoadException if the checkpoint lacks a tensor, or has one that this graph would not use
    public static DecoderGraph build(DecoderConfig config, Weights weights, GraphShape shape, MatrixWriter writer) {
        DecoderGraphBuilder builder = new DecoderGraphBuilder(config, weights, shape, writer);
        builder.forward();
        builder.write.refuseUnusedTensors();
        return new DecoderGraph(builder.graph.toByteArray(), builder.graph.constants(), null);
    }

    private void forward() {
        declareInputsAndOutputs();
        attention.declareTables(writer);
        String residual = embedding();
        String normed = write.norm("layer.0.in", residual, modules.attentionNorm(0), config.hiddenSize());
        for (int layer = 0; layer < config.layers(); layer++) {
            String attended = attention.write(layer, normed);
            ModuleWriter.Sum middle =
                    write.addAndNorm("layer." + layer + ".middle", residual, attended, modules.feedForwardNorm(layer));
            String fed = config.isMixture(layer)
                    ? experts.write(layer, middle.normed())
                    : feedForward.write(layer, middle.normed());
            boolean last = layer + 1 == config.layers();
            ModuleWriter.Sum end = write.addAndNorm(
                    last ? DecoderGraph.HIDDEN : "layer." + layer + ".end",
                    middle.sum(),
                    fed,
                    last ? modules.finalNorm() : modules.attentionNorm(layer + 1));
            residual = end.sum();
            normed = end.normed();
        }
        String chosen =
                graph.node(GATHER, "chosen", List.of(normed, DecoderGraph.LOGITS_INDEX), Attribute.of("axis", 1));
        outputHead(chosen);
    }

    private void declareInputsAndOutputs() {
        Dimension batch = Dimension.named("batch");
        Dimension sequence = Dimension.named("sequence");
        Dimension wanted = Dimension.named("wanted");
        graph.input(DecoderGraph.INPUT_IDS, TensorType.INT32, batch, sequence);
        graph.input(DecoderGraph.LAST_ROWS, TensorType.INT32, batch);
        graph.input(DecoderGraph.LONGEST, TensorType.INT32, Dimension.of(1));
        graph.input(DecoderGraph.LOGITS_INDEX, TensorType.INT32, wanted);
        graph.output(DecoderGraph.LOGITS, TensorType.FLOAT, batch, wanted, Dimension.of(config.vocabularySize()));
        graph.output(DecoderGraph.HIDDEN, TensorType.FLOAT, batch, sequence, Dimension.of(config.hiddenSize()));
        Dimension[] cache = {
            batch,
            Dimension.of(config.attention().kvHeads()),
            Dimension.of(shape.maxTokens()),
            Dimension.of(config.attention().headDim())
        };
        for (int layer = 0; layer < config.layers(); layer++) {
            graph.input(DecoderGraph.key(layer), shape.cache(), cache);
            graph.input(DecoderGraph.value(layer), shape.cache(), cache);
            graph.output(DecoderGraph.keyOut(layer), shape.cache(), cache);
            graph.output(DecoderGraph.valueOut(layer), shape.cache(), cache);
        }
    }

    private String embedding() {
        Tensor table = write.take(modules.embedding() + ".weight", config.vocabularySize(), config.hiddenSize());
        if (!format.quantized()) {
            String floats = graph.constant(writer.floats(table.name(), List.of(table)));
            return graph.node(GATHER, "embedded", List.of(floats, DecoderGraph.INPUT_IDS));
        }
        Constant asIs = writer.asIs(table);
        String rows = graph.node(GATHER, "embedded.rows", List.of(graph.constant(asIs), DecoderGraph.INPUT_IDS));
        return asIs.type() == TensorType.FLOAT
                ? rows
                : graph.node(CAST, "embedded", List.of(rows), Attribute.of("to", TensorType.FLOAT.number()));
    }

    private void outputHead(String input) {
        Part head = new Part(modules.outputHead(), config.vocabularySize());
        if (!config.tiedEmbeddings()) {
            write.linear(DecoderGraph.LOGITS, input, head, config.hiddenSize(), false);
            return;
        }
        write.ignore(modules.outputHead() + ".weight");
        if (format.quantized()) {
            Part table = new Part(modules.embedding(), config.vocabularySize());
            write.linear(DecoderGraph.LOGITS, input, table, config.hiddenSize(), false);
        } else {
            write.multiply(DecoderGraph.LOGITS, input, modules.embedding() + ".weight");
        }
    }
}
