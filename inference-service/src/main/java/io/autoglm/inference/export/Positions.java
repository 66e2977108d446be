package io.autoglm.inference.export;

import io.autoglm.inference.graph.Attribute;
import io.autoglm.inference.graph.DecoderGraph;
import io.autoglm.inference.graph.OnnxMessages;
import io.autoglm.inference.graph.Operator;
import io.autoglm.inference.graph.Proto;
import io.autoglm.inference.graph.TensorType;
import java.util.List;
import java.util.Map;

/// `position_ids`, `[batch, sequence]`, for graphs that turn queries and keys before attention: the last
/// token of a slot is at `seqlens_k`, and those before it in the step are at the positions before.
final class Positions {

    static final String IDS = "position_ids";

    private static final String COLUMN = "position.column";

    /// Constants that the nodes read.
    static final Map<String, Proto> CONSTANTS = Map.of(
            "position.zero",
            OnnxMessages.integers("position.zero", List.of(), 0),
            "position.one",
            OnnxMessages.integers("position.one", List.of(), 1),
            COLUMN,
            OnnxMessages.integers(COLUMN, List.of(2L), -1, 1));

    private Positions() {}

    /// `seqlens_k + 1 - sequence + [0, sequence)`.
    static List<Node> nodes() {
        return List.of(
                Node.of(standard("Shape"), "position.shape", List.of(DecoderGraph.INPUT_IDS)),
                Node.of(standard("Gather"), "position.count", List.of("position.shape", "position.one")),
                Node.of(
                        standard("Range"),
                        "position.offset",
                        List.of("position.zero", "position.count", "position.one")),
                Node.of(
                        standard("Cast"),
                        "position.last",
                        List.of(DecoderGraph.LAST_ROWS),
                        Attribute.of("to", TensorType.INT64.number())),
                Node.of(standard("Add"), "position.end", List.of("position.last", "position.one")),
                Node.of(standard("Sub"), "position.first", List.of("position.end", "position.count")),
                Node.of(standard("Reshape"), "position.rows", List.of("position.first", COLUMN)),
                Node.of(standard("Add"), IDS, List.of("position.rows", "position.offset")));
    }

    private static Operator standard(String name) {
        return Operator.standard(name);
    }
}
