package io.autoglm.inference.export;

import io.autoglm.inference.graph.Attribute;
import io.autoglm.inference.graph.Constant;
import io.autoglm.inference.graph.DecoderGraph;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.graph.Operator;
import io.autoglm.inference.graph.Proto;
import io.autoglm.inference.graph.TensorType;
import io.autoglm.inference.model.GenaiDirectory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Gives an exported graph the inputs and outputs of a [DecoderGraph]:
///
/// 1. the tables of angles are chosen for the longest text that there is room for ([RopeChoice])
/// 2. values that bear one of our names get another, and theirs that go in and out get ours
/// 3. attention reads the lengths of each slot, instead of what was worked out from an attention mask
/// 4. positions are worked out from the same lengths, where the graph asks for them
/// 5. the output head reads the one position that is asked for ([OutputHead])
/// 6. what nothing reads any more is left out ([LiveNodes])
public final class GraphEditor {

    private static final Operator CAST = Operator.standard("Cast");
    private static final Operator GATHER = Operator.standard("Gather");
    private static final String WIDE_IDS = "input_ids.wide";
    private static final String CHOSEN = "chosen";

    /// Inputs of attention that are numbers of the cache's type: query, key, value, cosines, sines, bias,
    /// sinks and the weights of two norms.
    private static final List<Integer> CACHE_TYPED = List.of(0, 1, 2, 7, 8, 10, 11, 14, 15);

    private final ExportedGraph export;
    private final GenaiDirectory.Names names;
    private final TensorType cache;
    private final int maxTokens;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Node> casts = new LinkedHashMap<>();
    private final Proto graph = new Proto();

    private GraphEditor(ExportedGraph export, TensorType cache, int maxTokens) {
        this.export = export;
        this.names = export.directory().names();
        this.cache = cache;
        this.maxTokens = maxTokens;
    }

    /// @param cache     float32 or float16
    /// @param maxTokens rows of a slot of the cache
    /// @param memory    receives what cannot be used as it lies in the graph's file
    /// @throws io.autoglm.inference.model.ModelLoadException if the graph is built in a way that is not known
    public static DecoderGraph edit(ExportedGraph export, TensorType cache, int maxTokens, NativeMemory memory) {
        try {
            return new GraphEditor(export, cache, maxTokens).edit(memory);
        } catch (MalformedExportException e) {
            throw export.refuse(String.valueOf(e.getMessage()));
        }
    }

    private DecoderGraph edit(NativeMemory memory) {
        RopeChoice choice = RopeChoice.of(export, maxTokens);
        OutputHead head = OutputHead.of(export, choice.nodes());
        Renaming renaming = renaming(head);
        choice.tensors().values().forEach(tensor -> tensors.put(renaming.of(tensor.name()), tensor));
        for (Node node : choice.nodes()) {
            Node ours = node.renamed(renaming::of);
            if (node.operator().equals(DecoderCheck.ATTENTION)) {
                attention(ours);
            } else {
                nodes.add(node.outputs().equals(head.product().outputs()) ? ours.withInput(0, CHOSEN) : ours);
            }
        }
        nodes.add(Node.of(CAST, WIDE_IDS, List.of(DecoderGraph.INPUT_IDS), to(idType())));
        nodes.add(Node.of(
                GATHER, CHOSEN, List.of(DecoderGraph.HIDDEN, DecoderGraph.LOGITS_INDEX), Attribute.of("axis", 1)));
        nodes.addAll(Positions.nodes());
        nodes.addAll(casts.values());
        return assemble(memory);
    }

    private TensorType idType() {
        Port ids = export.inputs().get(names.inputIds());
        return ids != null && ids.is(TensorType.INT32) ? TensorType.INT32 : TensorType.INT64;
    }

    private static Attribute to(TensorType type) {
        return Attribute.of("to", type.number());
    }

    private Renaming renaming(OutputHead head) {
        Renaming renaming = new Renaming();
        renaming.put(names.inputIds(), WIDE_IDS);
        renaming.put(names.positionIds(), Positions.IDS);
        renaming.put(names.logits(), DecoderGraph.LOGITS);
        renaming.put(head.hidden(), DecoderGraph.HIDDEN);
        for (int layer = 0; layer < export.directory().sizes().layers(); layer++) {
            renaming.put(DecoderCheck.layered(names.pastKeys(), layer), DecoderGraph.key(layer));
            renaming.put(DecoderCheck.layered(names.pastValues(), layer), DecoderGraph.value(layer));
            renaming.put(DecoderCheck.layered(names.presentKeys(), layer), DecoderGraph.keyOut(layer));
            renaming.put(DecoderCheck.layered(names.presentValues(), layer), DecoderGraph.valueOut(layer));
        }
        renaming.reserve(DecoderGraph.INPUT_IDS, DecoderGraph.LAST_ROWS, DecoderGraph.LONGEST);
        renaming.reserve(DecoderGraph.LOGITS_INDEX, CHOSEN);
        Positions.nodes().forEach(node -> renaming.reserve(node.output(0)));
        Positions.CONSTANTS.keySet().forEach(renaming::reserve);
        return renaming;
    }

    /// A cache of a window's length would be indexed from the window's start; ours is whole, and indexed from
    /// the text's.
    private void attention(Node node) {
        Node ours = node.withInput(5, DecoderGraph.LAST_ROWS)
                .withInput(6, DecoderGraph.LONGEST)
                .withoutAttribute("sliding_window_cache");
        if (cache == TensorType.FLOAT) {
            nodes.add(ours);
            return;
        }
        for (int index : CACHE_TYPED) {
            if (!ours.input(index).isEmpty()) {
                String value = ours.input(index);
                Node cast =
                        casts.computeIfAbsent(value, all -> Node.of(CAST, value + "/half", List.of(value), to(cache)));
                ours = ours.withInput(index, cast.output(0));
            }
        }
        String attended = ours.output(0);
        nodes.add(ours.withOutput(0, attended + "/half.attended"));
        nodes.add(Node.of(CAST, attended, List.of(attended + "/half.attended"), to(TensorType.FLOAT)));
    }

    private DecoderGraph assemble(NativeMemory memory) {
        List<String> outputs = new ArrayList<>(List.of(DecoderGraph.LOGITS, DecoderGraph.HIDDEN));
        for (int layer = 0; layer < export.directory().sizes().layers(); layer++) {
            outputs.add(DecoderGraph.keyOut(layer));
            outputs.add(DecoderGraph.valueOut(layer));
        }
        Interface ports = new Interface(export.directory().sizes(), cache, maxTokens);
        LiveNodes live = LiveNodes.of(nodes, outputs);
        live.nodes().forEach(node -> graph.message(1, node.write()));
        graph.text(2, "decoder");
        List<Constant> handedOver = new ArrayList<>();
        for (String value : live.given()) {
            StoredTensor tensor = tensors.get(value);
            Proto constant = Positions.CONSTANTS.get(value);
            if (tensor != null) {
                graph.message(5, LargeTensors.write(tensor.named(value), memory, handedOver));
            } else if (constant != null) {
                graph.message(5, constant);
            } else if (!ports.inputs().contains(value)) {
                throw export.refuse("reads " + value + " where only attention is known to: this engine cannot give it");
            }
        }
        ports.declare(graph);
        Proto model = new Proto();
        export.head().forEach(model::encoded);
        return new DecoderGraph(model.message(7, graph).toByteArray(), handedOver, export.dataFolder());
    }
}
