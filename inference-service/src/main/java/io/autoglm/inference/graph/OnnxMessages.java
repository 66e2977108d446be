package io.autoglm.inference.graph;

import java.util.List;

/// Parts of an ONNX model, with the field numbers of
/// <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>.
public final class OnnxMessages {

    private OnnxMessages() {}

    /// A weight whose data stays where it is, to be handed over beside the model.
    public static Proto constant(Constant constant) {
        Proto tensor = new Proto();
        constant.shape().forEach(size -> tensor.integer(1, size));
        tensor.integer(2, constant.type().number()).text(8, constant.name());
        return tensor.message(13, new Proto().text(1, "location").text(2, "memory"))
                .integer(14, 1);
    }

    /// A few whole numbers, inside the model's bytes.
    ///
    /// @param shape empty for a single number that is no vector
    public static Proto integers(String name, List<Long> shape, long... numbers) {
        Proto tensor = new Proto();
        shape.forEach(size -> tensor.integer(1, size));
        tensor.integer(2, TensorType.INT64.number());
        for (long number : numbers) {
            tensor.integer(7, number);
        }
        return tensor.text(8, name);
    }

    public static Proto attribute(Attribute attribute) {
        Proto proto = new Proto().text(1, attribute.name());
        return switch (attribute) {
            case Attribute.Real(String name, float value) ->
                proto.real(2, value).integer(20, 1);
            case Attribute.Whole(String name, long value) ->
                proto.integer(3, value).integer(20, 2);
            case Attribute.Text(String name, String value) ->
                proto.text(4, value).integer(20, 3);
        };
    }

    /// An input or output of the graph.
    public static Proto value(String name, TensorType type, Dimension... shape) {
        Proto dimensions = new Proto();
        for (Dimension dimension : shape) {
            dimensions.message(
                    1,
                    switch (dimension) {
                        case Dimension.Fixed(long size) -> new Proto().integer(1, size);
                        case Dimension.Open(String label) -> new Proto().text(2, label);
                    });
        }
        Proto tensor = new Proto().integer(1, type.number()).message(2, dimensions);
        return new Proto().text(1, name).message(2, new Proto().message(1, tensor));
    }
}
