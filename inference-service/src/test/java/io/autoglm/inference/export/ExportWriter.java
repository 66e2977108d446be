package io.autoglm.inference.export;

import io.autoglm.inference.graph.Attribute;
import io.autoglm.inference.graph.OnnxMessages;
import io.autoglm.inference.graph.Proto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// An ONNX file as `onnx_ir` saves it: constants of nodes within, every initializer in one file beside it.
final class ExportWriter {

    static final String CONSTANTS = "/model/constants/";

    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT64 = 7;
    private static final int BLOCK = 32;

    private final Proto graph = new Proto().text(2, "main_graph");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final Set<String> numbers = new HashSet<>();
    private boolean oneFile;

    /// Two tables of angles in a branch.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Tables(String name, float[][] cosinesAndSines, int width) {}

    void inOneFile() {
        oneFile = true;
    }

    /// @param shape numbers and names
    void input(String name, int type, Object... shape) {
        graph.message(11, value(name, type, shape));
    }

    void output(String name, Object... shape) {
        graph.message(12, value(name, FLOAT, shape));
    }

    private static Proto value(String name, int type, Object... shape) {
        Proto axes = new Proto();
        for (Object axis : shape) {
            axes.message(
                    1,
                    axis instanceof Integer size ? new Proto().integer(1, size) : new Proto().text(2, axis.toString()));
        }
        return new Proto()
                .text(1, name)
                .message(2, new Proto().message(1, new Proto().integer(1, type).message(2, axes)));
    }

    /// @return its first output
    String node(String domain, String operator, String name, List<String> inputs, Attribute... attributes) {
        nodes(domain, operator, name, inputs, List.of(name + "/output_0"), attributes);
        return name + "/output_0";
    }

    void nodes(
            String domain,
            String operator,
            String name,
            List<String> inputs,
            List<String> outputs,
            Attribute... attributes) {
        Proto node = new Proto();
        inputs.forEach(input -> node.text(1, input));
        outputs.forEach(output -> node.text(2, output));
        node.text(3, name).text(4, operator);
        for (Attribute attribute : attributes) {
            node.message(5, OnnxMessages.attribute(attribute));
        }
        graph.message(1, domain.isEmpty() ? node : node.text(7, domain));
    }

    /// A constant node, once.
    void number(String name, List<Long> shape, long... values) {
        if (numbers.add(name)) {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (long value : values) {
                bytes.putLong(value);
            }
            graph.message(1, constant(CONSTANTS + name, within(CONSTANTS + name, INT64, shape, bytes.array())));
        }
    }

    private static Proto constant(String output, Proto tensor) {
        Proto value = new Proto().text(1, "value").message(5, tensor).integer(20, 4);
        return new Proto()
                .text(2, output)
                .text(3, output.replace("constants", "constant_nodes"))
                .text(4, "Constant")
                .message(5, value);
    }

    private static Proto within(String name, int type, List<Long> shape, byte[] bytes) {
        Proto tensor = new Proto();
        shape.forEach(size -> tensor.integer(1, size));
        return tensor.integer(2, type).text(8, name).bytes(9, bytes);
    }

    void tensor(String name, float[] values, int... shape) {
        tensor(name, FLOAT, bytes(values), shape);
    }

    private void tensor(String name, int type, byte[] bytes, int... shape) {
        if (!numbers.add(name)) {
            return;
        }
        if (oneFile) {
            List<Long> sizes =
                    Arrays.stream(shape).mapToObj(size -> (long) size).toList();
            graph.message(5, within(name, type, sizes, bytes));
            return;
        }
        Proto tensor = new Proto();
        for (int size : shape) {
            tensor.integer(1, size);
        }
        tensor.integer(2, type).text(8, name);
        tensor.message(13, new Proto().text(1, "location").text(2, "model.onnx.data"));
        tensor.message(13, new Proto().text(1, "offset").text(2, Integer.toString(data.size())));
        tensor.message(13, new Proto().text(1, "length").text(2, Integer.toString(bytes.length)));
        graph.message(5, tensor.integer(14, 1));
        data.writeBytes(bytes);
    }

    /// As `MatMulNBitsQuantizer` does it by default: blocks of 32 along a row, the extreme number of a block
    /// on the lowest code.
    ///
    /// @param codeBits 4 or 8
    void codes(String name, float[] matrix, int columns, int codeBits) {
        int middle = 1 << (codeBits - 1);
        byte[] codes = new byte[matrix.length * codeBits / Byte.SIZE];
        float[] scales = new float[matrix.length / BLOCK];
        for (int block = 0; block < scales.length; block++) {
            float extreme = 0;
            for (int i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
                extreme = Math.abs(matrix[i]) > Math.abs(extreme) ? matrix[i] : extreme;
            }
            scales[block] = extreme / -middle;
            for (int i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
                int code = Math.clamp(Math.round(matrix[i] * (1 / scales[block])), -middle, middle - 1) + middle;
                codes[i * codeBits / Byte.SIZE] |= (byte) (code << (i * codeBits % Byte.SIZE));
            }
        }
        int rows = matrix.length / columns;
        tensor(name + "_Q" + codeBits, UINT8, codes, rows, columns / BLOCK, BLOCK * codeBits / Byte.SIZE);
        tensor(name + "_scales", FLOAT, bytes(scales), scales.length);
    }

    /// `If(condition) then larger else smaller`, as `cos_cache` and `sin_cache`.
    void choice(String condition, Tables larger, Tables smaller) {
        Proto node = new Proto().text(1, condition).text(2, "cos_cache").text(2, "sin_cache");
        node.text(3, "/model/rope_caches_subgraph/If").text(4, "If");
        node.message(5, branch("then_branch", larger)).message(5, branch("else_branch", smaller));
        graph.message(1, node);
    }

    private static Proto branch(String attribute, Tables tables) {
        Proto branch = new Proto();
        List<String> names = List.of("cos_cache_" + tables.name, "sin_cache_" + tables.name);
        for (int i = 0; i < 2; i++) {
            float[] table = tables.cosinesAndSines[i];
            List<Long> shape = List.of((long) table.length / tables.width, (long) tables.width);
            branch.message(1, constant(names.get(i), within(names.get(i), FLOAT, shape, bytes(table))));
        }
        branch.text(2, tables.name + "_rope_caches_graph");
        names.forEach(name -> branch.message(12, value(name, FLOAT, "rows", tables.width)));
        return new Proto().text(1, attribute).message(6, branch).integer(20, 5);
    }

    void write(Path folder) throws IOException {
        Proto model = new Proto().integer(1, 10).text(2, "onnxruntime-genai").message(7, graph);
        model.message(8, new Proto().text(1, "").integer(2, 21));
        model.message(8, new Proto().text(1, "com.microsoft").integer(2, 1));
        Files.write(folder.resolve("model.onnx"), model.toByteArray());
        if (!oneFile) {
            Files.write(folder.resolve("model.onnx.data"), data.toByteArray());
        }
    }

    static float[] joined(List<float[]> parts) {
        int length = parts.stream().mapToInt(part -> part.length).sum();
        float[] joined = new float[length];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }

    static float[] transposed(float[] matrix, int columns) {
        int rows = matrix.length / columns;
        float[] transposed = new float[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            transposed[i % columns * rows + i / columns] = matrix[i];
        }
        return transposed;
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
