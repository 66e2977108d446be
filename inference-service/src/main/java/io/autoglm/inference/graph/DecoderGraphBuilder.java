package io.autoglm.inference.graph;

import io.autoglm.inference.model.Attention;
import io.autoglm.inference.model.DecoderConfig;
import io.autoglm.inference.model.Family;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.Tensor;
import io.autoglm.inference.model.Weights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The forward pass, operator by operator:
///
/// 1. embedding
/// 2. for each layer: norm, query/key/value in one product, attention over the cache, output, residual + norm,
///    gate/up in one product, `silu(gate) · up`, down, residual + the next norm
/// 3. of the one position asked for: output head
///
/// Attention is ONNX Runtime's GroupQueryAttention, which turns queries and keys and writes the cache in place.
public final class DecoderGraphBuilder {

    private static final Operator ADD = Operator.standard("Add");
    private static final Operator CAST = Operator.standard("Cast");
    private static final Operator GATHER = Operator.standard("Gather");
    private static final Operator MUL = Operator.standard("Mul");
    private static final Operator RESHAPE = Operator.standard("Reshape");
    private static final Operator SPLIT = Operator.standard("Split");
    private static final Operator RMS_NORM = Operator.standard("SimplifiedLayerNormalization");
    private static final Operator ADD_RMS_NORM = Operator.microsoft("SkipSimplifiedLayerNormalization");
    private static final Operator SILU = Operator.microsoft("QuickGelu");
    private static final Operator MATMUL = Operator.microsoft("FusedMatMul");
    private static final Operator MATMUL_N_BITS = Operator.microsoft("MatMulNBits");
    private static final Operator ATTENTION = Operator.microsoft("GroupQueryAttention");

    /// Activations in blocks of int8: 3.6 times the speed of level 1 in decode, on a CPU with AVX2.
    private static final int INT8_ACTIVATIONS = 4;

    private final DecoderConfig config;
    private final Family family;
    private final Weights weights;
    private final MatrixFormat format;
    private final int maxTokens;
    private final MatrixWriter writer;
    private final OnnxGraph graph = new OnnxGraph();
    private final Set<String> used = new HashSet<>();

    private DecoderGraphBuilder(
            DecoderConfig config, Weights weights, MatrixFormat format, int maxTokens, NativeMemory memory) {
        this.config = config;
        this.family = config.family();
        this.weights = weights;
        this.format = format;
        this.maxTokens = maxTokens;
        this.writer = new MatrixWriter(memory);
    }

    /// @param maxTokens rows of a slot of the KV cache
    /// @param memory    receives the weights that cannot be used as they lie in the file
    /// @throws ModelLoadException if the checkpoint lacks a tensor, or has one that this graph would not use
    public static DecoderGraph build(
            DecoderConfig config, Weights weights, MatrixFormat format, int maxTokens, NativeMemory memory) {
        DecoderGraphBuilder builder = new DecoderGraphBuilder(config, weights, format, maxTokens, memory);
        builder.forward();
        builder.refuseUnusedTensors();
        return new DecoderGraph(builder.graph.toByteArray(), builder.graph.constants());
    }

    private void forward() {
        declareInputsAndOutputs();
        declareRotaryTables();
        String residual = embedding();
        String normed = norm("layer.0.in", residual, family.attentionNorm(0), config.hiddenSize());
        for (int layer = 0; layer < config.layers(); layer++) {
            String attended = attention(layer, normed);
            Sum middle = addAndNorm("layer." + layer + ".middle", residual, attended, family.feedForwardNorm(layer));
            String fed = feedForward(layer, middle.normed());
            boolean last = layer + 1 == config.layers();
            Sum end = addAndNorm(
                    "layer." + layer + ".end",
                    middle.sum(),
                    fed,
                    last ? family.finalNorm() : family.attentionNorm(layer + 1));
            residual = end.sum();
            normed = end.normed();
        }
        String chosen =
                graph.node(GATHER, "chosen", List.of(normed, DecoderGraph.LOGITS_INDEX), Attribute.of("axis", 1));
        outputHead(chosen);
    }

    private void declareInputsAndOutputs() {
        Dimension batch = Dimension.named("batch");
        graph.input(DecoderGraph.INPUT_IDS, TensorType.INT32, batch, Dimension.named("sequence"));
        graph.input(DecoderGraph.LAST_ROWS, TensorType.INT32, batch);
        graph.input(DecoderGraph.LONGEST, TensorType.INT32, Dimension.of(1));
        graph.input(DecoderGraph.LOGITS_INDEX, TensorType.INT32, Dimension.of(1));
        graph.output(
                DecoderGraph.LOGITS, TensorType.FLOAT, batch, Dimension.of(1), Dimension.of(config.vocabularySize()));
        Dimension[] cache = {
            batch,
            Dimension.of(config.attention().kvHeads()),
            Dimension.of(maxTokens),
            Dimension.of(config.attention().headDim())
        };
        for (int layer = 0; layer < config.layers(); layer++) {
            graph.input(DecoderGraph.key(layer), TensorType.FLOAT, cache);
            graph.input(DecoderGraph.value(layer), TensorType.FLOAT, cache);
            graph.output(DecoderGraph.keyOut(layer), TensorType.FLOAT, cache);
            graph.output(DecoderGraph.valueOut(layer), TensorType.FLOAT, cache);
        }
    }

    /// `cos` and `sin` of every angle, `[maxTokens, pairs]`.
    private void declareRotaryTables() {
        double[] turns = config.rotary().frequencies();
        float[] cos = new float[maxTokens * turns.length];
        float[] sin = new float[maxTokens * turns.length];
        for (int position = 0; position < maxTokens; position++) {
            for (int pair = 0; pair < turns.length; pair++) {
                double angle = position * turns[pair];
                cos[position * turns.length + pair] = (float) Math.cos(angle);
                sin[position * turns.length + pair] = (float) Math.sin(angle);
            }
        }
        graph.constant(writer.table("rotary.cos", turns.length, cos));
        graph.constant(writer.table("rotary.sin", turns.length, sin));
    }

    private String embedding() {
        Tensor table = weight(family.embedding(), config.vocabularySize(), config.hiddenSize());
        if (format == MatrixFormat.FP32) {
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
        String module = config.tiedEmbeddings() ? family.embedding() : family.outputHead();
        if (config.tiedEmbeddings()) {
            used.add(family.outputHead() + ".weight");
        }
        if (config.tiedEmbeddings() && format == MatrixFormat.FP32) {
            multiply(DecoderGraph.LOGITS, input, module + ".weight");
        } else {
            Tensor matrix = weight(module, config.vocabularySize(), config.hiddenSize());
            product(DecoderGraph.LOGITS, input, "output_head", List.of(matrix));
        }
    }

    private String attention(int layer, String input) {
        Attention attention = config.attention();
        String name = "layer." + layer + ".attention";
        String packed = linear(
                name + ".qkv",
                input,
                family.queryKeyValue(layer),
                List.of(attention.heads(), attention.kvHeads(), attention.kvHeads()),
                attention.inputBias());
        List<String> queryKeyValue = attention.headNorm() ? headNormed(layer, name, packed) : List.of(packed, "", "");
        List<String> inputs = new ArrayList<>(queryKeyValue);
        inputs.addAll(List.of(
                DecoderGraph.key(layer),
                DecoderGraph.value(layer),
                DecoderGraph.LAST_ROWS,
                DecoderGraph.LONGEST,
                "rotary.cos",
                "rotary.sin"));
        graph.node(
                ATTENTION,
                List.of(name, DecoderGraph.keyOut(layer), DecoderGraph.valueOut(layer)),
                inputs,
                Attribute.of("num_heads", attention.heads()),
                Attribute.of("kv_num_heads", attention.kvHeads()),
                Attribute.of("do_rotary", 1),
                Attribute.of("rotary_interleaved", config.rotary().interleaved() ? 1 : 0),
                Attribute.of("local_window_size", attention.slidingWindow() == 0 ? -1 : attention.slidingWindow()));
        String output = name + ".out";
        Tensor matrix = weight(
                family.attentionOutput(layer), config.hiddenSize(), (long) attention.heads() * attention.headDim());
        product(output, name, output + ".weight", List.of(matrix));
        if (attention.outputBias()) {
            output = add(output, List.of(family.attentionOutput(layer)), List.of((long) config.hiddenSize()));
        }
        return config.sandwichNorms()
                ? norm(name + ".normed", output, family.afterAttentionNorm(layer), config.hiddenSize())
                : output;
    }

    /// Qwen3: each head of query and key is normalized by itself.
    private List<String> headNormed(int layer, String name, String packed) {
        Attention attention = config.attention();
        long queryWidth = (long) attention.heads() * attention.headDim();
        long keyWidth = (long) attention.kvHeads() * attention.headDim();
        String query = name + ".q";
        String key = name + ".k";
        String value = name + ".v";
        graph.node(
                SPLIT,
                List.of(query, key, value),
                List.of(packed, graph.integers(name + ".widths", queryWidth, keyWidth, keyWidth)),
                Attribute.of("axis", -1));
        return List.of(
                headNorm(query, family.queryNorm(layer), attention.heads()),
                headNorm(key, family.keyNorm(layer), attention.kvHeads()),
                value);
    }

    private String headNorm(String input, String module, int heads) {
        int size = config.attention().headDim();
        String split = graph.node(
                RESHAPE, input + ".heads", List.of(input, graph.integers(input + ".heads.shape", 0, 0, heads, size)));
        String normed = norm(input + ".normed", split, module, size);
        return graph.node(
                RESHAPE,
                input + ".joined",
                List.of(normed, graph.integers(input + ".joined.shape", 0, 0, (long) heads * size)));
    }

    private String feedForward(int layer, String input) {
        String name = "layer." + layer + ".feed_forward";
        int width = config.intermediateSize();
        List<String> modules = family.gateUp(layer);
        List<Tensor> parts = modules.stream()
                .map(module -> weight(module, 2L * width / modules.size(), config.hiddenSize()))
                .toList();
        String both = name + ".gate_up";
        product(both, input, both + ".weight", parts);
        if (config.mlpBias()) {
            both = add(
                    both,
                    modules,
                    modules.stream().map(_ -> 2L * width / modules.size()).toList());
        }
        String gate = name + ".gate";
        String up = name + ".up";
        graph.node(SPLIT, List.of(gate, up), List.of(both), Attribute.of("axis", -1), Attribute.of("num_outputs", 2));
        String activated = graph.node(SILU, name + ".silu", List.of(gate), Attribute.of("alpha", 1f));
        String inner = graph.node(MUL, name + ".inner", List.of(activated, up));
        String output = name + ".down";
        product(output, inner, output + ".weight", List.of(weight(family.down(layer), config.hiddenSize(), width)));
        if (config.mlpBias()) {
            output = add(output, List.of(family.down(layer)), List.of((long) config.hiddenSize()));
        }
        return config.sandwichNorms()
                ? norm(name + ".normed", output, family.afterFeedForwardNorm(layer), config.hiddenSize())
                : output;
    }

    private record Sum(String sum, String normed) {}

    private Sum addAndNorm(String name, String residual, String addend, String module) {
        Sum sum = new Sum(name + ".sum", name);
        graph.node(
                ADD_RMS_NORM,
                List.of(sum.normed(), "", "", sum.sum()),
                List.of(residual, addend, normWeight(module, config.hiddenSize())),
                Attribute.of("epsilon", config.rmsEpsilon()));
        return sum;
    }

    private String norm(String name, String input, String module, int width) {
        return graph.node(
                RMS_NORM,
                name,
                List.of(input, normWeight(module, width)),
                Attribute.of("axis", -1),
                Attribute.of("epsilon", config.rmsEpsilon()),
                Attribute.of("stash_type", 1));
    }

    private String normWeight(String module, int width) {
        Tensor weight = take(module + ".weight", width);
        return graph.constant(writer.floats(weight.name(), List.of(weight)));
    }

    /// `input · weightᵀ + bias` with the modules' rows, one below the other.
    ///
    /// @param heads how many heads wide each module is
    private String linear(String name, String input, List<String> modules, List<Integer> heads, boolean bias) {
        List<Tensor> parts = new ArrayList<>();
        List<Long> widths = new ArrayList<>();
        for (int i = 0; i < modules.size(); i++) {
            widths.add((long) heads.get(i) * config.attention().headDim());
            parts.add(weight(modules.get(i), widths.get(i), config.hiddenSize()));
        }
        product(name, input, name + ".weight", parts);
        return bias ? add(name, modules, widths) : name;
    }

    private String add(String input, List<String> modules, List<Long> widths) {
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < modules.size(); i++) {
            parts.add(take(modules.get(i) + ".bias", widths.get(i)));
        }
        String bias = graph.constant(writer.floats(input + ".bias", parts));
        return graph.node(ADD, input + ".biased", List.of(input, bias));
    }

    private void product(String output, String input, String name, List<Tensor> rows) {
        if (format == MatrixFormat.FP32) {
            multiply(output, input, graph.constant(writer.floats(name, rows)));
            return;
        }
        MatrixWriter.Quantized matrix = writer.quantize(name, rows, format);
        graph.node(
                MATMUL_N_BITS,
                output,
                List.of(input, graph.constant(matrix.codes()), graph.constant(matrix.scales())),
                Attribute.of("K", rows.getFirst().shape().get(1)),
                Attribute.of("N", matrix.codes().shape().getFirst()),
                Attribute.of("bits", format.bits()),
                Attribute.of("block_size", MatrixFormat.BLOCK),
                Attribute.of("accuracy_level", INT8_ACTIVATIONS));
    }

    private void multiply(String output, String input, String matrix) {
        graph.node(MATMUL, output, List.of(input, matrix), Attribute.of("transB", 1));
    }

    private Tensor weight(String module, long rows, long columns) {
        return take(module + ".weight", rows, columns);
    }

    private Tensor take(String name, long... shape) {
        used.add(name);
        return weights.require(name, shape);
    }

    /// A tensor left over means that the model is not what its `config.json` says: better no answer than a wrong one.
    private void refuseUnusedTensors() {
        weights.names().stream()
                .filter(name -> !used.contains(name) && !name.endsWith(".rotary_emb.inv_freq"))
                .min(String::compareTo)
                .ifPresent(name -> {
                    throw new ModelLoadException(
                            weights.source().toString(),
                            "holds tensor " + name + ", which " + family.architecture()
                                    + " as config.json describes it does not use");
                });
    }
}
