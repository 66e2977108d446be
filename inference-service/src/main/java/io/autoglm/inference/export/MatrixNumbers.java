package io.autoglm.inference.export;

import java.util.HashMap;
import java.util.Map;

/// How many numbers the matrices of a graph hold, and in how many bits most of those have that are codes.
///
/// @param bits 32 for a graph without codes
public record MatrixNumbers(long count, int bits) {

    private static final int FLOAT_BITS = 32;

    static MatrixNumbers of(ExportedGraph graph) {
        Map<String, MatrixNumbers> matrices = new HashMap<>();
        for (StoredTensor tensor : graph.tensors().values()) {
            if (tensor.shape().size() > 1 && tensor.bits() != Byte.SIZE) {
                matrices.put(tensor.name(), new MatrixNumbers(tensor.elements(), tensor.bits()));
            }
        }
        for (Node node : graph.nodes()) {
            if (node.operator().equals("MatMulNBits")) {
                long count = node.whole("K") * node.whole("N");
                matrices.put(node.input(1), new MatrixNumbers(count, (int) node.whole("bits")));
                matrices.remove(node.input(2));
            }
        }
        Map<Integer, Long> counts = new HashMap<>();
        matrices.values().forEach(matrix -> counts.merge(matrix.bits, matrix.count, Long::sum));
        int bits = counts.entrySet().stream()
                .filter(entry -> entry.getKey() <= Byte.SIZE)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(FLOAT_BITS);
        return new MatrixNumbers(
                counts.values().stream().mapToLong(Long::longValue).sum(), bits);
    }
}
