package io.autoglm.inference.export;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Phi's long contexts have two tables of angles: one for texts that the model was trained on, and one for
/// longer ones. The export looks the length up in each step, which would turn the keys of one text by two
/// tables once it has grown, and those of all texts in a step by the longest of them. Here, as in vLLM, the
/// table is that of the longest text that there is room for.
///
/// @param nodes   without the choices
/// @param tensors with what was chosen
record RopeChoice(List<Node> nodes, Map<String, StoredTensor> tensors) {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static RopeChoice of(ExportedGraph graph, int maxTokens) {
        Map<String, Node> producers = ExportedGraph.producers(graph.nodes());
        List<Node> nodes = new ArrayList<>();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(graph.tensors());
        for (Node node : graph.nodes()) {
            if (node.operator().equals("If") && node.inputs().size() == 1) {
                Node condition = producers.get(node.input(0));
                boolean isLonger = condition != null && maxTokens > longest(condition, graph, producers);
                WireMessage branch =
                        node.attribute(isLonger ? "then_branch" : "else_branch").message(6);
                tables(node, branch, maxTokens).forEach(table -> tensors.put(table.name(), table));
            } else {
                nodes.add(node);
            }
        }
        return new RopeChoice(nodes, tensors);
    }

    /// The tokens above which the condition holds.
    private static long longest(Node condition, ExportedGraph graph, Map<String, Node> producers) {
        List<String> read = LiveNodes.of(graph.nodes(), List.of(condition.input(0))).given().stream()
                .filter(value -> !graph.tensors().containsKey(value))
                .toList();
        StoredTensor limit = graph.tensors().get(condition.input(1));
        Node constant = producers.get(condition.input(1));
        if (limit == null && constant != null && constant.operator().equals("Constant")) {
            limit = StoredTensor.read(constant.attribute("value").message(5));
        }
        if (!condition.operator().equals("Greater")
                || !read.equals(List.of(graph.directory().names().attentionMask()))
                || limit == null
                || limit.elements() != 1
                || !(limit.place() instanceof StoredTensor.Within(MemorySegment bytes))
                || bytes.byteSize() != Long.BYTES) {
            throw new MalformedExportException(
                    "the choice by " + condition.output(0) + " is none between tables for short and long texts");
        }
        return bytes.get(LONG, 0);
    }

    private static List<StoredTensor> tables(Node choice, WireMessage branch, int maxTokens) {
        Map<String, StoredTensor> constants = new HashMap<>();
        for (WireMessage message : branch.messages(1)) {
            Node node = Node.read(message);
            constants.put(
                    node.output(0), StoredTensor.read(node.attribute("value").message(5)));
        }
        List<String> outputs =
                branch.messages(12).stream().map(output -> output.text(1)).toList();
        List<StoredTensor> tables = new ArrayList<>();
        for (int i = 0; i < choice.outputs().size(); i++) {
            StoredTensor table = i < outputs.size() ? constants.get(outputs.get(i)) : null;
            if (table == null || table.shape().size() != 2) {
                throw new MalformedExportException("what is chosen as " + choice.output(i) + " is no table");
            }
            tables.add(table.firstRows(maxTokens).named(choice.output(i)));
        }
        return tables;
    }
}
