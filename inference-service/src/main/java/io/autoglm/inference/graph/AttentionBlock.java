package io.autoglm.inference.graph;

import io.autoglm.inference.graph.ModuleWriter.Part;
import io.autoglm.inference.model.Attention;
import io.autoglm.inference.model.DecoderConfig;
import io.autoglm.inference.model.Modules;
import java.util.ArrayList;
import java.util.List;

/// Query, key and value in one product, attention over the cache, output. ONNX Runtime's GroupQueryAttention
/// turns queries and keys and writes the cache in place.
final class AttentionBlock {

    private static final Operator ATTENTION = Operator.microsoft("GroupQueryAttention");
    private static final Operator CAST = Operator.standard("Cast");
    private static final Operator RESHAPE = Operator.standard("Reshape");
    private static final Operator SPLIT = Operator.standard("Split");

    private final OnnxGraph graph;
    private final ModuleWriter write;
    private final DecoderConfig config;
    private final GraphShape shape;
    private final Attention attention;
    private final Modules modules;

    /// Set by [#declareTables].
    private String cosines = "";

    private String sines = "";

    AttentionBlock(OnnxGraph graph, ModuleWriter write, DecoderConfig config, GraphShape shape) {
        this.graph = graph;
        this.write = write;
        this.config = config;
        this.shape = shape;
        this.attention = config.attention();
        this.modules = config.family().modules();
    }

    /// `cos` and `sin` of every angle, `[maxTokens, pairs]`, which all layers read.
    void declareTables(MatrixWriter writer) {
        int maxTokens = shape.maxTokens();
        double[] turns = config.rotary().frequencies(maxTokens);
        double amplitude = config.rotary().amplitude();
        float[] cos = new float[maxTokens * turns.length];
        float[] sin = new float[maxTokens * turns.length];
        for (int position = 0; position < maxTokens; position++) {
            for (int pair = 0; pair < turns.length; pair++) {
                double angle = position * turns[pair];
                cos[position * turns.length + pair] = (float) (amplitude * Math.cos(angle));
                sin[position * turns.length + pair] = (float) (amplitude * Math.sin(angle));
            }
        }
        cosines = inCacheFormat(graph.constant(writer.table("rotary.cos", turns.length, cos)));
        sines = inCacheFormat(graph.constant(writer.table("rotary.sin", turns.length, sin)));
    }

    private String inCacheFormat(String value) {
        return value.isEmpty() || !shape.halfCache()
                ? value
                : graph.node(
                        CAST,
                        value + ".half",
                        List.of(value),
                        Attribute.of("to", shape.cache().number()));
    }

    /// @return what is to be added to the residual
    String write(int layer, String input) {
        String name = "layer." + layer + ".attention";
        String packed =
                write.linear(name + ".qkv", input, queryKeyValue(layer), config.hiddenSize(), attention.inputBias());
        List<String> queryKeyValue = attention.headNorm() ? headNormed(layer, name, packed) : List.of(packed, "", "");
        List<String> inputs =
                new ArrayList<>(queryKeyValue.stream().map(this::inCacheFormat).toList());
        inputs.addAll(List.of(
                DecoderGraph.key(layer),
                DecoderGraph.value(layer),
                DecoderGraph.LAST_ROWS,
                DecoderGraph.LONGEST,
                cosines,
                sines));
        int window = attention.windows().get(layer);
        String attended = shape.halfCache() ? name + ".half" : name;
        graph.node(
                ATTENTION,
                List.of(attended, DecoderGraph.keyOut(layer), DecoderGraph.valueOut(layer)),
                inputs,
                Attribute.of("num_heads", attention.heads()),
                Attribute.of("kv_num_heads", attention.kvHeads()),
                Attribute.of("do_rotary", 1),
                Attribute.of("rotary_interleaved", config.rotary().interleaved() ? 1 : 0),
                Attribute.of("local_window_size", window == 0 ? -1 : window));
        if (shape.halfCache()) {
            graph.node(CAST, name, List.of(attended), Attribute.of("to", TensorType.FLOAT.number()));
        }
        String output = write.linear(
                name + ".out",
                name,
                new Part(modules.attentionOutput(layer), config.hiddenSize()),
                attention.heads() * attention.headDim(),
                attention.outputBias());
        return config.sandwichNorms()
                ? write.norm(name + ".normed", output, modules.afterAttentionNorm(layer), config.hiddenSize())
                : output;
    }

    private List<Part> queryKeyValue(int layer) {
        long query = (long) attention.heads() * attention.headDim();
        long key = (long) attention.kvHeads() * attention.headDim();
        List<String> names = modules.queryKeyValue(layer);
        return names.size() == 1
                ? List.of(new Part(names.getFirst(), query + 2 * key))
                : List.of(new Part(names.get(0), query), new Part(names.get(1), key), new Part(names.get(2), key));
    }

    /// Each head of query and key is normalized by itself.
    private List<String> headNormed(int layer, String name, String packed) {
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
                headNorm(query, modules.queryNorm(layer), attention.heads()),
                headNorm(key, modules.keyNorm(layer), attention.kvHeads()),
                value);
    }

    private String headNorm(String input, String module, int heads) {
        int size = attention.headDim();
        String split = graph.node(
                RESHAPE, input + ".heads", List.of(input, graph.integers(input + ".heads.shape", 0, 0, heads, size)));
        String normed = write.norm(input + ".normed", split, module, size);
        return graph.node(
                RESHAPE,
                input + ".joined",
                List.of(normed, graph.integers(input + ".joined.shape", 0, 0, (long) heads * size)));
    }
}
