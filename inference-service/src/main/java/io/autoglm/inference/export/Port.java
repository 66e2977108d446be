package io.autoglm.inference.export;

import io.autoglm.inference.graph.TensorType;
import java.util.List;

/// An input or output of a graph, as it is declared.
///
/// @param type  its number in `onnx.proto`
/// @param shape -1 for an axis that differs from run to run
record Port(String name, int type, List<Long> shape) {

    private static final long OPEN = -1;

    static Port read(WireMessage message) {
        WireMessage tensor = message.message(2).message(1);
        List<Long> shape = tensor.message(2).messages(1).stream()
                .map(axis -> axis.has(1) ? axis.integer(1) : OPEN)
                .toList();
        return new Port(message.text(1), (int) tensor.integer(1), shape);
    }

    boolean is(TensorType expected) {
        return type == expected.number();
    }

    /// Whether an axis, where it is fixed, has another size than this.
    boolean contradicts(int axis, long size) {
        return axis < shape.size() && shape.get(axis) != OPEN && shape.get(axis) != size;
    }
}
