package io.autoglm.inference.graph;

import io.autoglm.inference.model.DecoderConfig;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.PackedMatrix;
import io.autoglm.inference.model.Tensor;
import io.autoglm.inference.model.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What every block of the forward pass is made of, each piece from modules of the checkpoint: products,
/// biases, norms.
final class ModuleWriter {

    private static final Operator ADD = Operator.standard("Add");
    private static final Operator CONCAT = Operator.standard("Concat");
    private static final Operator GATHER = Operator.standard("Gather");
    private static final Operator RMS_NORM = Operator.standard("SimplifiedLayerNormalization");
    private static final Operator ADD_RMS_NORM = Operator.microsoft("SkipSimplifiedLayerNormalization");
    private static final Operator MATMUL = Operator.microsoft("FusedMatMul");
    private static final Operator MATMUL_N_BITS = Operator.microsoft("MatMulNBits");

    /// Activations in blocks of int8: 3.6 times the speed of level 1 in decode, on a CPU with AVX2.
    private static final int INT8_ACTIVATIONS = 4;

    /// What a module of a quantized checkpoint consists of.
    private static final List<String> PACKED = List.of(".qweight", ".qzeros", ".scales", ".g_idx");

    private final OnnxGraph graph;
    private final DecoderConfig config;
    private final Weights weights;
    private final MatrixFormat format;
    private final MatrixWriter writer;
    private final Set<String> used = new HashSet<>();

    ModuleWriter(OnnxGraph graph, DecoderConfig config, Weights weights, MatrixFormat format, MatrixWriter writer) {
        this.graph = graph;
        this.config = config;
        this.weights = weights;
        this.format = format;
        this.writer = writer;
    }

    /// A module of the checkpoint that multiplies, and how many rows its matrix has.
    record Part(String module, long rows) {}

    /// `input · weightᵀ + bias` with the modules' rows, one below the other.
    ///
    /// @param output the name of the result
    /// @return `output`
    String linear(String output, String input, List<Part> parts, int columns, boolean bias) {
        List<MatrixSource> matrices = parts.stream()
                .map(part -> matrix(part.module(), part.rows(), columns))
                .toList();
        if (!bias) {
            return product(output, input, matrices);
        }
        List<Tensor> biases = parts.stream()
                .map(part -> take(part.module() + ".bias", part.rows()))
                .toList();
        String unbiased = product(output + ".unbiased", input, matrices);
        return graph.node(ADD, output, List.of(unbiased, graph.constant(writer.floats(output + ".bias", biases))));
    }

    String linear(String output, String input, Part part, int columns, boolean bias) {
        return linear(output, input, List.of(part), columns, bias);
    }

    MatrixSource matrix(String module, long rows, int columns) {
        if (!weights.isPacked(module)) {
            return new MatrixSource.Plain(take(module + ".weight", rows, columns));
        }
        PACKED.forEach(part -> ignore(module + part));
        return new MatrixSource.Coded(weights.packed(module, Math.toIntExact(rows), columns));
    }

    /// The parts, one below the other, in one product; where they lie in the checkpoint in different ways, in
    /// one each.
    private String product(String output, String input, List<MatrixSource> parts) {
        if (!format.quantized()) {
            return floatProduct(output, input, parts);
        }
        if (parts.stream().allMatch(MatrixSource.Plain.class::isInstance)) {
            Rows<float[]> rows =
                    Rows.stacked(parts.stream().map(MatrixSource::numbers).toList());
            return codedProduct(output, input, new RoundedRows(rows, format), format, false);
        }
        if (parts.getFirst() instanceof MatrixSource.Coded first
                && parts.stream().allMatch(part -> part instanceof MatrixSource.Coded coded && coded.goesWith(first))) {
            Rows<CodedRow> rows = Rows.stacked(parts.stream()
                    .map(MatrixSource.Coded.class::cast)
                    .map(MatrixSource.Coded::rows)
                    .toList());
            String ordered = inOrder(output, input, first.matrix());
            return codedProduct(output, ordered, rows, first.rows().format(), true);
        }
        List<String> products = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            products.add(product(output + "." + part, input, List.of(parts.get(part))));
        }
        return graph.node(CONCAT, output, products, Attribute.of("axis", -1));
    }

    private String floatProduct(String output, String input, List<MatrixSource> parts) {
        String name = output + ".weight";
        if (parts.size() == 1 && parts.getFirst() instanceof MatrixSource.Plain(Tensor tensor)) {
            return multiply(output, input, graph.constant(writer.floats(name, List.of(tensor))));
        }
        Rows<float[]> rows =
                Rows.stacked(parts.stream().map(MatrixSource::numbers).toList());
        List<Long> shape = List.of(rows.count(), (long) rows.width());
        return multiply(output, input, graph.constant(writer.floats(name, rows, shape)));
    }

    /// The columns of the input in the order of the matrix, which the quantizer may have sorted by their
    /// weight.
    private String inOrder(String output, String input, PackedMatrix matrix) {
        if (matrix.ordered()) {
            return input;
        }
        long[] order = Arrays.stream(matrix.order()).asLongStream().toArray();
        return graph.node(
                GATHER,
                output + ".ordered",
                List.of(input, graph.integers(output + ".order", order)),
                Attribute.of("axis", -1));
    }

    private String codedProduct(
            String output, String input, Rows<CodedRow> rows, MatrixFormat coded, boolean withZeros) {
        String name = output + ".weight";
        MatrixWriter.Packed matrix = writer.pack(name, rows, coded, withZeros);
        List<String> inputs = new ArrayList<>();
        inputs.add(input);
        inputs.add(graph.constant(new Constant(
                name + ".codes",
                TensorType.UINT8,
                List.of(matrix.rows(), matrix.blocks(), (long) coded.blockBytes()),
                matrix.codes())));
        inputs.add(graph.constant(new Constant(
                name + ".scales", TensorType.FLOAT, List.of(matrix.rows() * matrix.blocks()), matrix.scales())));
        if (matrix.zeros() != null) {
            inputs.add(graph.constant(new Constant(
                    name + ".zeros", TensorType.UINT8, List.of(matrix.zeros().byteSize()), matrix.zeros())));
        }
        return graph.node(
                MATMUL_N_BITS,
                output,
                inputs,
                Attribute.of("K", rows.width()),
                Attribute.of("N", matrix.rows()),
                Attribute.of("bits", coded.bits()),
                Attribute.of("block_size", coded.block()),
                Attribute.of("accuracy_level", INT8_ACTIVATIONS));
    }

    /// @param matrix a float32 constant, `[rows, columns]`
    String multiply(String output, String input, String matrix) {
        return graph.node(MATMUL, output, List.of(input, matrix), Attribute.of("transB", 1));
    }

    /// A sum, and its norm.
    record Sum(String sum, String normed) {}

    Sum addAndNorm(String name, String residual, String addend, String module) {
        Sum sum = new Sum(name + ".sum", name);
        graph.node(
                ADD_RMS_NORM,
                List.of(sum.normed(), "", "", sum.sum()),
                List.of(residual, addend, normWeight(module, config.hiddenSize())),
                Attribute.of("epsilon", config.rmsEpsilon()));
        return sum;
    }

    String norm(String output, String input, String module, int width) {
        return graph.node(
                RMS_NORM,
                output,
                List.of(input, normWeight(module, width)),
                Attribute.of("axis", -1),
                Attribute.of("epsilon", config.rmsEpsilon()),
                Attribute.of("stash_type", 1));
    }

    private String normWeight(String module, int width) {
        Tensor weight = take(module + ".weight", width);
        return graph.constant(writer.floats(weight.name(), List.of(weight)));
    }

    /// The tensor, in exactly this shape; it counts as used.
    Tensor take(String name, long... shape) {
        used.add(name);
        return weights.require(name, shape);
    }

    /// A tensor that the checkpoint may hold or not, and that is not needed.
    void ignore(String name) {
        used.add(name);
    }

    /// A tensor left over means that the model is not what its `config.json` says: better no answer than a
    /// wrong one.
    void refuseUnusedTensors() {
        weights.names().stream()
                .filter(name -> !used.contains(name) && !config.family().mayIgnore(name, config.layers()))
                .min(String::compareTo)
                .ifPresent(name -> {
                    throw new ModelLoadException(
                            weights.source().toString(),
                            "holds tensor " + name + ", which "
                                    + config.family().architecture() + " as config.json describes it does not use");
                });
    }
}
