package io.autoglm.inference.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// A weight as it lies in the mapped file, row-major, little-endian.
///
/// @param data exactly the tensor's bytes; valid as long as it is reachable, and readable from any thread
public record Tensor(String name, ElementType type, List<Long> shape, MemorySegment data) {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public Tensor {
        shape = List.copyOf(shape);
    }

    public long elements() {
        return data.byteSize() / type.bytes();
    }

    /// Widens elements `[from, from + count)` to float32; exact for all formats of fractions.
    ///
    /// @throws ModelLoadException if the elements are whole numbers
    public void read(long from, float[] into, int at, int count) {
        switch (type) {
            case F32 -> MemorySegment.copy(data, FLOAT, from * Float.BYTES, into, at, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    into[at + i] = Float.intBitsToFloat(data.get(SHORT, (from + i) * Short.BYTES) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    into[at + i] = Float.float16ToFloat(data.get(SHORT, (from + i) * Short.BYTES));
                }
            }
            case I32, U8 -> throw new ModelLoadException(name, "holds whole numbers where weights are expected");
        }
    }
}
