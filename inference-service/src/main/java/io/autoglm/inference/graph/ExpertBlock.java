package io.autoglm.inference.graph;

import io.autoglm.inference.model.DecoderConfig;
import io.autoglm.inference.model.Experts;
import io.autoglm.inference.model.Modules;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A mixture of experts as one grouped operator of ONNX Runtime, and the shared experts beside it.
///
/// The operator picks the `k` largest of the scores it is given and weighs by their softmax. It is given `log
/// s` of the experts that the family's own rule picks, and nothing of the others: the softmax of logarithms
/// is `s` divided by the sum, so both rules become one.
final class ExpertBlock {

    private static final Operator ADD = Operator.standard("Add");
    private static final Operator GATHER = Operator.standard("Gather");
    private static final Operator GREATER_OR_EQUAL = Operator.standard("GreaterOrEqual");
    private static final Operator MUL = Operator.standard("Mul");
    private static final Operator NEG = Operator.standard("Neg");
    private static final Operator REDUCE_SUM = Operator.standard("ReduceSum");
    private static final Operator RESHAPE = Operator.standard("Reshape");
    private static final Operator SHAPE = Operator.standard("Shape");
    private static final Operator SIGMOID = Operator.standard("Sigmoid");
    private static final Operator SOFTPLUS = Operator.standard("Softplus");
    private static final Operator TOP_K = Operator.standard("TopK");
    private static final Operator WHERE = Operator.standard("Where");
    private static final Operator MIXTURE = Operator.microsoft("MoE");
    private static final Operator QUANTIZED_MIXTURE = Operator.microsoft("QMoE");

    /// The logarithm of what is not chosen; its exponential is 0 beside any other.
    private static final float NOT_CHOSEN = -1e9f;

    private final OnnxGraph graph;
    private final ModuleWriter write;
    private final FeedForwardBlock feedForward;
    private final MatrixWriter writer;
    private final DecoderConfig config;
    private final Modules modules;
    private final MatrixFormat format;

    ExpertBlock(
            OnnxGraph graph,
            ModuleWriter write,
            FeedForwardBlock feedForward,
            MatrixWriter writer,
            DecoderConfig config,
            MatrixFormat format) {
        this.graph = graph;
        this.write = write;
        this.feedForward = feedForward;
        this.writer = writer;
        this.config = config;
        this.modules = config.family().modules();
        this.format = format;
    }

    /// @return what is to be added to the residual
    String write(int layer, String input) {
        Experts experts = Objects.requireNonNull(config.experts());
        String name = "layer." + layer + ".experts";
        int hidden = config.hiddenSize();
        String rows =
                graph.node(RESHAPE, name + ".rows", List.of(input, graph.integers(name + ".rows.shape", -1, hidden)));
        Routing routing = route(name, rows, layer, experts);
        String mixed = mix(name, rows, routing.scores(), layer, experts);
        String weighted = graph.node(MUL, name + ".weighted", List.of(mixed, routing.factor()));
        String shape = graph.node(SHAPE, name + ".shape", List.of(input));
        String shaped = graph.node(RESHAPE, name + ".shaped", List.of(weighted, shape));
        String shared = feedForward.write(
                name + ".shared", input, modules.sharedExperts(layer), experts.shared() * experts.intermediateSize());
        return graph.node(ADD, name, List.of(shaped, shared));
    }

    /// @param scores `[rows, experts]`: the logarithm of each weight
    /// @param factor `[1, 1]` or `[rows, 1]`: what the sum is multiplied by
    private record Routing(String scores, String factor) {}

    private Routing route(String name, String rows, int layer, Experts experts) {
        String router = modules.router(layer);
        String weight = graph.constant(writer.floats(
                name + ".router.weight",
                List.of(write.take(router + ".weight", experts.count(), config.hiddenSize()))));
        String correction = graph.constant(writer.floats(
                name + ".router.correction",
                List.of(write.take(router + ".e_score_correction_bias", experts.count()))));
        String logits = write.multiply(name + ".logits", rows, weight);
        String sigmoid = graph.node(SIGMOID, name + ".sigmoid", List.of(logits));
        String corrected = graph.node(ADD, name + ".corrected", List.of(sigmoid, correction));
        graph.node(
                TOP_K,
                List.of(name + ".best", name + ".best.indices"),
                List.of(corrected, graph.integers(name + ".per_token", experts.perToken())),
                Attribute.of("axis", -1));
        String least = graph.node(
                GATHER,
                name + ".least",
                List.of(name + ".best", graph.integers(name + ".last", experts.perToken() - 1L)),
                Attribute.of("axis", 1));
        String chosen = graph.node(GREATER_OR_EQUAL, name + ".chosen", List.of(corrected, least));
        String scores = graph.node(
                WHERE,
                name + ".scores",
                List.of(chosen, logSigmoid(name, logits), number(name + ".not_chosen", NOT_CHOSEN)));
        String scaling = number(name + ".scaling", (float) experts.scaling());
        if (experts.normalize()) {
            return new Routing(scores, scaling);
        }
        String weights = graph.node(WHERE, name + ".weights", List.of(chosen, sigmoid, number(name + ".nothing", 0)));
        String sum = graph.node(
                REDUCE_SUM,
                name + ".sum",
                List.of(weights, graph.integers(name + ".sum.axis", 1)),
                Attribute.of("keepdims", 1));
        return new Routing(scores, graph.node(MUL, name + ".factor", List.of(sum, scaling)));
    }

    /// `log σ(x) = −log(1 + exp(−x))`, which does not fall to −∞ where the sigmoid falls to 0.
    private String logSigmoid(String name, String logits) {
        String negative = graph.node(NEG, name + ".negative", List.of(logits));
        String softplus = graph.node(SOFTPLUS, name + ".softplus", List.of(negative));
        return graph.node(NEG, name + ".log_sigmoid", List.of(softplus));
    }

    private String number(String name, float value) {
        return graph.constant(writer.table(name, 1, new float[] {value}));
    }

    private String mix(String name, String rows, String scores, int layer, Experts experts) {
        int hidden = config.hiddenSize();
        int inner = experts.intermediateSize();
        List<MatrixSource> gates = new ArrayList<>();
        List<MatrixSource> ups = new ArrayList<>();
        List<MatrixSource> downs = new ArrayList<>();
        for (int expert = 0; expert < experts.count(); expert++) {
            String module = modules.expert(layer, expert);
            List<String> gateUp = modules.gateUp(module);
            gates.add(write.matrix(gateUp.get(0), inner, hidden));
            ups.add(write.matrix(gateUp.get(1), inner, hidden));
            downs.add(write.matrix(modules.down(module), hidden, inner));
        }
        // The operator wants the rows of gate and up in turn.
        Rows<float[]> first = inTurn(gates, ups, MatrixSource::numbers);
        Rows<float[]> second = oneBelowTheOther(downs, MatrixSource::numbers);
        if (!format.quantized()) {
            return graph.node(
                    MIXTURE,
                    name + ".mixed",
                    List.of(
                            rows,
                            scores,
                            floats(name + ".gate_up", experts, first),
                            "",
                            floats(name + ".down", experts, second)),
                    attributes(experts));
        }
        if (alike(gates) && alike(ups) && alike(downs)) {
            Rows<CodedRow> firstCodes = inTurn(gates, ups, ExpertBlock::codes);
            Rows<CodedRow> secondCodes = oneBelowTheOther(downs, ExpertBlock::codes);
            MatrixFormat coded = ((MatrixSource.Coded) gates.getFirst()).rows().format();
            return quantizedMixture(name, rows, scores, experts, coded, firstCodes, secondCodes, true);
        }
        return quantizedMixture(
                name,
                rows,
                scores,
                experts,
                format,
                new RoundedRows(first, format),
                new RoundedRows(second, format),
                false);
    }

    private static <R> Rows<R> inTurn(
            List<MatrixSource> even, List<MatrixSource> odd, Function<MatrixSource, Rows<R>> rows) {
        return Rows.stacked(IntStream.range(0, even.size())
                .mapToObj(at -> Rows.interleaved(rows.apply(even.get(at)), rows.apply(odd.get(at))))
                .toList());
    }

    private static <R> Rows<R> oneBelowTheOther(List<MatrixSource> parts, Function<MatrixSource, Rows<R>> rows) {
        return Rows.stacked(parts.stream().map(rows).toList());
    }

    private static Rows<CodedRow> codes(MatrixSource source) {
        return ((MatrixSource.Coded) source).rows();
    }

    /// Whether their codes can be used as they are.
    private static boolean alike(List<MatrixSource> parts) {
        return parts.getFirst() instanceof MatrixSource.Coded first
                && first.matrix().ordered()
                && parts.stream().allMatch(part -> part instanceof MatrixSource.Coded coded && coded.goesWith(first));
    }

    private String floats(String name, Experts experts, Rows<float[]> rows) {
        long count = experts.count();
        return graph.constant(writer.floats(name, rows, List.of(count, rows.count() / count, (long) rows.width())));
    }

    private String quantizedMixture(
            String name,
            String rows,
            String scores,
            Experts experts,
            MatrixFormat coded,
            Rows<CodedRow> first,
            Rows<CodedRow> second,
            boolean withZeros) {
        Coded up = coded(name + ".gate_up", experts, coded, first, withZeros);
        Coded down = coded(name + ".down", experts, coded, second, withZeros);
        List<Attribute> attributes = new ArrayList<>(List.of(attributes(experts)));
        attributes.add(Attribute.of("expert_weight_bits", coded.bits()));
        attributes.add(Attribute.of("block_size", coded.block()));
        return graph.node(
                QUANTIZED_MIXTURE,
                name + ".mixed",
                List.of(
                        rows,
                        scores,
                        up.codes(),
                        up.scales(),
                        "",
                        down.codes(),
                        down.scales(),
                        "",
                        "",
                        "",
                        "",
                        up.zeros(),
                        down.zeros()),
                attributes.toArray(Attribute[]::new));
    }

    private static Attribute[] attributes(Experts experts) {
        return new Attribute[] {
            Attribute.of("k", experts.perToken()),
            Attribute.of("activation_type", "swiglu"),
            Attribute.of("swiglu_fusion", 1),
            Attribute.of("activation_alpha", 1f),
            Attribute.of("activation_beta", 0f),
            Attribute.of("normalize_routing_weights", 1)
        };
    }

    /// @param zeros empty where all are the middle code
    private record Coded(String codes, String scales, String zeros) {}

    private Coded coded(String name, Experts experts, MatrixFormat coded, Rows<CodedRow> rows, boolean withZeros) {
        MatrixWriter.Packed matrix = writer.pack(name, rows, coded, withZeros);
        long count = experts.count();
        long each = matrix.rows() / count;
        return new Coded(
                graph.constant(new Constant(
                        name + ".codes",
                        TensorType.UINT8,
                        List.of(count, each, matrix.blocks() * coded.blockBytes()),
                        matrix.codes())),
                graph.constant(new Constant(
                        name + ".scales", TensorType.FLOAT, List.of(count, each, matrix.blocks()), matrix.scales())),
                matrix.zeros() == null
                        ? ""
                        : graph.constant(new Constant(
                                name + ".zeros",
                                TensorType.UINT8,
                                List.of(count, each, matrix.zeros().byteSize() / matrix.rows()),
                                matrix.zeros())));
    }
}
