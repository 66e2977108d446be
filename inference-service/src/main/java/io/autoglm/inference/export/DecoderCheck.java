package io.autoglm.inference.export;

import io.autoglm.inference.graph.TensorType;
import io.autoglm.inference.model.DecoderSizes;
import io.autoglm.inference.model.GenaiDirectory;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether a graph is a decoder that this engine can run: it reads token ids, and every layer's attention
/// writes its keys and values in place, as float32.
final class DecoderCheck {

    static final String ATTENTION = "GroupQueryAttention";

    /// What the model builder is to be called with.
    private static final String REMEDY =
            "; take the CPU export, as `python -m onnxruntime_genai.models.builder -p int4" + " -e cpu` makes it";

    private final ExportedGraph graph;
    private final DecoderSizes sizes;
    private final GenaiDirectory.Names names;
    private final Map<String, Node> producers;

    private DecoderCheck(ExportedGraph graph) {
        this.graph = graph;
        this.sizes = graph.directory().sizes();
        this.names = graph.directory().names();
        this.producers = ExportedGraph.producers(graph.nodes());
    }

    static void of(ExportedGraph graph) {
        DecoderCheck check = new DecoderCheck(graph);
        check.cachesAreFloats();
        check.attentionWritesInPlace();
        check.tablesReach();
        check.inputsAreKnown();
        check.outputsFit();
    }

    private void cachesAreFloats() {
        for (Port port : graph.inputs().values()) {
            if (port.type() == TensorType.FLOAT16.number() || port.type() == TensorType.BFLOAT16.number()) {
                throw graph.refuse("the input " + port.name() + " is of half floats: an export for a GPU" + REMEDY);
            }
        }
    }

    private void attentionWritesInPlace() {
        List<Node> attentions = graph.nodes().stream()
                .filter(node -> node.operator().equals(ATTENTION))
                .toList();
        if (attentions.isEmpty()) {
            throw graph.refuse("has no " + ATTENTION + ", whose keys and values could be written in place" + REMEDY);
        }
        for (int layer = 0; layer < sizes.layers(); layer++) {
            attention(layer);
        }
        if (attentions.size() != sizes.layers()) {
            throw graph.refuse(
                    "has " + attentions.size() + " layers of attention; genai_config.json says " + sizes.layers());
        }
    }

    private void attention(int layer) {
        Port keys = graph.inputs().get(layered(names.pastKeys(), layer));
        Port values = graph.inputs().get(layered(names.pastValues(), layer));
        Node node = producers.get(layered(names.presentKeys(), layer));
        if (keys == null || values == null || node == null) {
            throw graph.refuse("layer " + layer + " has no " + layered(names.pastKeys(), layer)
                    + " that goes in and no " + layered(names.presentKeys(), layer)
                    + " that comes out, but genai_config.json speaks of " + sizes.layers() + " layers");
        }
        if (!node.operator().equals(ATTENTION)
                || !node.input(3).equals(keys.name())
                || !node.input(4).equals(values.name())
                || !node.output(2).equals(layered(names.presentValues(), layer))) {
            throw graph.refuse(
                    "the keys and values of layer " + layer + " are not written in place by its " + ATTENTION + REMEDY);
        }
        if (!keys.is(TensorType.FLOAT) || !values.is(TensorType.FLOAT)) {
            throw graph.refuse("the keys and values of layer " + layer + " are not float32" + REMEDY);
        }
        long heads = node.whole("kv_num_heads");
        if (heads != sizes.kvHeads() || keys.contradicts(1, sizes.kvHeads()) || keys.contradicts(3, sizes.headDim())) {
            throw graph.refuse("layer " + layer + " keeps " + heads + " heads in " + keys.shape()
                    + "; genai_config.json says " + sizes.kvHeads() + " heads of " + sizes.headDim());
        }
    }

    /// ONNX Runtime refuses a step whose longest text has more tokens than a table has rows, and all that run
    /// in it end. What an `If` chooses is [RopeChoice]'s.
    private void tablesReach() {
        Set<String> tables = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            if (node.operator().equals(ATTENTION)) {
                tables.addAll(List.of(node.input(7), node.input(8)));
            } else if (node.operator().equals("RotaryEmbedding")) {
                tables.addAll(node.inputs());
            }
        }
        for (String name : tables) {
            StoredTensor table = stored(name);
            if (table != null && table.shape().size() == 2 && table.shape().getFirst() < sizes.maxPositions()) {
                throw graph.refuse("its table of angles " + name + " has "
                        + table.shape().getFirst() + " rows; genai_config.json says that a text has up to "
                        + sizes.maxPositions() + " tokens");
            }
        }
    }

    /// @return null where the value is not stored, but worked out
    private @Nullable StoredTensor stored(String value) {
        Node producer = producers.get(value);
        if (producer == null) {
            return graph.tensors().get(value);
        }
        WireMessage constant = producer.attribute("value");
        return switch (producer.operator()) {
            case "Constant" -> constant.has(5) ? StoredTensor.read(constant.message(5)) : null;
            case "Cast" -> graph.tensors().get(producer.input(0));
            default -> null;
        };
    }

    private void inputsAreKnown() {
        Port ids = graph.inputs().get(names.inputIds());
        if (ids == null || !(ids.is(TensorType.INT64) || ids.is(TensorType.INT32))) {
            throw graph.refuse("has no input " + names.inputIds() + " of token ids; it has "
                    + graph.inputs().keySet().stream().limit(3).toList());
        }
        Port positions = graph.inputs().get(names.positionIds());
        if (positions != null
                && !(positions.is(TensorType.INT64) && positions.shape().size() == 2)) {
            throw graph.refuse("its input " + names.positionIds() + " is no int64 for each token, but "
                    + positions.shape() + ": an export for images or sound");
        }
        Set<String> known = new HashSet<>(List.of(names.inputIds(), names.attentionMask(), names.positionIds()));
        for (int layer = 0; layer < sizes.layers(); layer++) {
            known.add(layered(names.pastKeys(), layer));
            known.add(layered(names.pastValues(), layer));
        }
        for (String input : graph.inputs().keySet()) {
            if (!known.contains(input) && !graph.tensors().containsKey(input)) {
                throw graph.refuse("has the input " + input + ", which this engine has nothing for");
            }
        }
    }

    private void outputsFit() {
        Port logits = graph.outputs().get(names.logits());
        if (logits == null) {
            throw graph.refuse("has no output " + names.logits());
        }
        if (!logits.is(TensorType.FLOAT) || logits.contradicts(2, sizes.vocabularySize())) {
            throw graph.refuse("its " + names.logits() + " are " + logits.shape() + "; genai_config.json asks for "
                    + sizes.vocabularySize() + " float32 a token");
        }
    }

    static String layered(String pattern, int layer) {
        return pattern.replace("%d", Integer.toString(layer));
    }
}
