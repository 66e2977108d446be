package io.autoglm.inference.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// An ONNX model being assembled. Values are strings, as in ONNX; an empty string stands for an input or output that
/// an operator does without.
final class OnnxGraph {

    private static final int IR_VERSION = 10;
    private static final int STANDARD_OPSET = 21;
    private static final int MICROSOFT_OPSET = 1;

    private final Proto graph = new Proto().text(2, "decoder");
    private final List<Constant> constants = new ArrayList<>();
    private final Set<String> values = new HashSet<>();

    void input(String name, TensorType type, Dimension... shape) {
        graph.message(11, OnnxMessages.value(name, type, shape));
        define(name);
    }

    void output(String name, TensorType type, Dimension... shape) {
        graph.message(12, OnnxMessages.value(name, type, shape));
    }

    /// Declares a weight whose data stays where it is.
    String constant(Constant constant) {
        graph.message(5, OnnxMessages.constant(constant));
        constants.add(constant);
        return define(constant.name());
    }

    /// A small vector of whole numbers, inside the model's bytes.
    String integers(String name, long... numbers) {
        graph.message(5, OnnxMessages.integers(name, List.of((long) numbers.length), numbers));
        return define(name);
    }

    /// @return `output`
    String node(Operator operator, String output, List<String> inputs, Attribute... attributes) {
        node(operator, List.of(output), inputs, attributes);
        return output;
    }

    void node(Operator operator, List<String> outputs, List<String> inputs, Attribute... attributes) {
        Proto node = new Proto();
        for (String input : inputs) {
            if (!input.isEmpty() && !values.contains(input)) {
                throw new IllegalStateException(operator.name() + " reads " + input + ", which nothing gives");
            }
            node.text(1, input);
        }
        for (String output : outputs) {
            node.text(2, output);
            if (!output.isEmpty()) {
                define(output);
            }
        }
        node.text(3, outputs.getFirst()).text(4, operator.name());
        for (Attribute attribute : attributes) {
            node.message(5, OnnxMessages.attribute(attribute));
        }
        graph.message(1, node.text(7, operator.domain()));
    }

    List<Constant> constants() {
        return List.copyOf(constants);
    }

    byte[] toByteArray() {
        return new Proto()
                .integer(1, IR_VERSION)
                .text(2, "autoglm")
                .message(7, graph)
                .message(8, new Proto().text(1, "").integer(2, STANDARD_OPSET))
                .message(8, new Proto().text(1, "com.microsoft").integer(2, MICROSOFT_OPSET))
                .toByteArray();
    }

    private String define(String name) {
        if (!values.add(name)) {
            throw new IllegalStateException(name + " is given twice");
        }
        return name;
    }
}
