package io.autoglm.inference.graph;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// A weight of the graph, outside of its bytes: native memory, row-major, in the machine's byte order.
public record Constant(String name, TensorType type, List<Long> shape, MemorySegment data) {

    public Constant {
        shape = List.copyOf(shape);
        long expected = shape.stream().mapToLong(Long::longValue).reduce(type.bytes(), Math::multiplyExact);
        if (expected != data.byteSize()) {
            throw new IllegalArgumentException(
                    name + " of shape " + shape + " takes " + expected + " bytes, not " + data.byteSize());
        }
    }
}
