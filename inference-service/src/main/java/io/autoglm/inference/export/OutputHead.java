package io.autoglm.inference.export;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The product whose result becomes the logits, and what it reads. What follows it handles every position by
/// itself: a bias, a scale, a mask over the vocabulary, a soft cap.
///
/// @param hidden the states of all positions, after the final norm
record OutputHead(Node product, String hidden) {

    private static final Set<String> PRODUCTS = Set.of("MatMul", "MatMulNBits", "FusedMatMul", "MatMulBnb4");
    private static final Set<String> OF_EACH_POSITION =
            Set.of("Add", "Sub", "Mul", "Div", "Tanh", "Cast", "Where", "Clip", "Softcap");

    static OutputHead of(ExportedGraph graph, List<Node> nodes) {
        Map<String, Node> producers = ExportedGraph.producers(nodes);
        String value = graph.directory().names().logits();
        for (int steps = 0; steps < nodes.size(); steps++) {
            Node node = producers.get(value);
            if (node != null && PRODUCTS.contains(node.operator())) {
                return fitting(graph, new OutputHead(node, beforeTheLast(node, producers)));
            }
            Optional<String> before = node != null && OF_EACH_POSITION.contains(node.operator())
                    ? node.inputs().stream()
                            .filter(input -> isComputed(producers.get(input)))
                            .findFirst()
                    : Optional.empty();
            if (before.isEmpty()) {
                break;
            }
            value = before.get();
        }
        throw graph.refuse("its logits come from " + value + ", which is no product with the output head");
    }

    private static boolean isComputed(@Nullable Node producer) {
        return producer != null && !producer.operator().equals("Constant");
    }

    /// Of an export that makes logits for the last position only (`prune_lm_head`), what it takes that from.
    private static String beforeTheLast(Node product, Map<String, Node> producers) {
        Node widened = producers.get(product.input(0));
        if (widened != null && widened.operator().equals("Unsqueeze")) {
            Node last = producers.get(widened.input(0));
            if (last != null && last.operator().equals("Gather") && last.whole("axis") == 1) {
                return last.input(0);
            }
        }
        return product.input(0);
    }

    private static OutputHead fitting(ExportedGraph graph, OutputHead head) {
        int vocabulary = graph.directory().sizes().vocabularySize();
        int hidden = graph.directory().sizes().hiddenSize();
        Node product = head.product;
        StoredTensor matrix = graph.tensors().get(product.input(1));
        long columns = product.operator().equals("MatMul")
                        && matrix != null
                        && matrix.shape().size() == 2
                ? matrix.shape().get(1)
                : product.whole("N");
        long rows = product.operator().equals("MatMul")
                        && matrix != null
                        && matrix.shape().size() == 2
                ? matrix.shape().get(0)
                : product.whole("K");
        if ((columns != 0 && columns != vocabulary) || (rows != 0 && rows != hidden)) {
            throw graph.refuse("its output head makes " + columns + " numbers of " + rows
                    + "; genai_config.json asks for " + vocabulary + " of " + hidden);
        }
        return head;
    }
}
