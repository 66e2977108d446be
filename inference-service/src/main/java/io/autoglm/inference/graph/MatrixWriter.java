package io.autoglm.inference.graph;

import io.autoglm.inference.model.ElementType;
import io.autoglm.inference.model.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Turns checkpoint tensors into what the operators read, row by row and on all cores; the heap holds a few rows at a
/// time.
public final class MatrixWriter {

    private final NativeMemory memory;
    private final @Nullable WeightCache cache;
    private final LoadProgress progress;

    /// @param memory receives what cannot be used as it lies in the file
    public MatrixWriter(NativeMemory memory) {
        this(memory, null, new LoadProgress(0, () -> 0));
    }

    /// @param memory receives what cannot be used as it lies in the file
    /// @param cache  null for none
    public MatrixWriter(NativeMemory memory, @Nullable WeightCache cache, LoadProgress progress) {
        this.memory = memory;
        this.cache = cache;
        this.progress = progress;
    }

    /// The tensor as it lies in the file.
    Constant asIs(Tensor tensor) {
        TensorType type = switch (tensor.type()) {
            case F32 -> TensorType.FLOAT;
            case F16 -> TensorType.FLOAT16;
            case BF16 -> TensorType.BFLOAT16;
            case I32 -> TensorType.INT32;
            case U8 -> TensorType.UINT8;
        };
        MemorySegment data = tensor.data();
        if (!usable(tensor)) {
            data = memory.allocate(tensor.data().byteSize()).copyFrom(tensor.data());
        }
        return new Constant(tensor.name(), type, tensor.shape(), data);
    }

    private static boolean usable(Tensor tensor) {
        return tensor.data().address() % tensor.type().bytes() == 0
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    /// Vectors or matrices, one below the other, as float32. A single float32 tensor is not copied.
    Constant floats(String name, List<Tensor> parts) {
        List<Long> shape = stackedShape(parts);
        if (parts.size() == 1 && parts.getFirst().type() == ElementType.F32 && usable(parts.getFirst())) {
            return new Constant(name, TensorType.FLOAT, shape, parts.getFirst().data());
        }
        return floats(name, Rows.stacked(parts.stream().map(TensorRows::new).toList()), shape);
    }

    /// Float32 numbers computed here, `[rows, width]`.
    Constant table(String name, int width, float[] numbers) {
        MemorySegment data = memory.allocate((long) numbers.length * Float.BYTES);
        MemorySegment.copy(numbers, 0, data, ValueLayout.JAVA_FLOAT, 0, numbers.length);
        return new Constant(name, TensorType.FLOAT, List.of((long) numbers.length / width, (long) width), data);
    }

    /// Matrices one below the other, as float32.
    ///
    /// @param shape of as many numbers as the rows have
    Constant floats(String name, Rows<float[]> rows, List<Long> shape) {
        MemorySegment data = memory.allocate(rows.count() * rows.width() * Float.BYTES);
        int width = rows.width();
        numbers(rows).forEach(row -> {
            float[] numbers = new float[width];
            rows.read(row, numbers);
            MemorySegment.copy(numbers, 0, data, ValueLayout.JAVA_FLOAT, row * width * Float.BYTES, width);
        });
        return new Constant(name, TensorType.FLOAT, shape, data);
    }

    /// A matrix in codes.
    ///
    /// @param rows   of the matrix
    /// @param blocks of a row
    /// @param codes  `[rows, blocks, bytes of a block]`, of 4-bit codes the even column in the low half
    /// @param scales `[rows, blocks]` of float32
    /// @param zeros  `[rows, bytes]`, of 4-bit zeros the even block in the low half; null where all are the
    ///               middle code
    record Packed(
            long rows,
            long blocks,
            MemorySegment codes,
            MemorySegment scales,
            @Nullable MemorySegment zeros) {}

    /// @param name      of the matrix, by which it is kept
    /// @param format    not float32
    /// @param withZeros whether there are others than the middle code
    Packed pack(String name, Rows<CodedRow> rows, MatrixFormat format, boolean withZeros) {
        int blocks = Math.ceilDiv(rows.width(), format.block());
        long codeBytes = (long) blocks * format.blockBytes();
        long zeroBytes = withZeros ? Math.ceilDiv(blocks * format.bits(), Byte.SIZE) : 0;
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put(name + ".codes", rows.count() * codeBytes);
        sizes.put(name + ".scales", rows.count() * blocks * Float.BYTES);
        if (withZeros) {
            sizes.put(name + ".zeros", rows.count() * zeroBytes);
        }
        List<MemorySegment> parts = cache == null ? List.of() : cache.find(sizes);
        if (parts.isEmpty()) {
            parts = sizes.values().stream().map(memory::allocate).toList();
            pack(rows, format, parts);
            keep(List.copyOf(sizes.keySet()), parts);
        }
        progress.done(rows.count() * rows.width());
        return new Packed(rows.count(), blocks, parts.get(0), parts.get(1), withZeros ? parts.get(2) : null);
    }

    private void keep(List<String> names, List<MemorySegment> parts) {
        for (int part = 0; cache != null && part < parts.size(); part++) {
            cache.made(names.get(part), parts.get(part));
        }
    }

    /// @param parts codes, scales, and zeros where they are wanted
    private static void pack(Rows<CodedRow> rows, MatrixFormat format, List<MemorySegment> parts) {
        numbers(rows).forEach(row -> {
            CodedRow coded = CodedRow.of(rows.width(), format.block());
            rows.read(row, coded);
            int blocks = coded.scales().length;
            // What stands behind the last column is nothing.
            int[] whole = Arrays.copyOf(coded.codes(), blocks * format.block());
            Arrays.fill(whole, rows.width(), whole.length, 1 << (format.bits() - 1));
            write(whole, format.bits(), parts.get(0), row);
            MemorySegment.copy(
                    coded.scales(), 0, parts.get(1), ValueLayout.JAVA_FLOAT, row * blocks * Float.BYTES, blocks);
            if (parts.size() > 2) {
                write(coded.zeros(), format.bits(), parts.get(2), row);
            }
        });
    }

    /// @param bits 4 or 8
    private static void write(int[] codes, int bits, MemorySegment into, long row) {
        byte[] bytes = new byte[Math.ceilDiv(codes.length * bits, Byte.SIZE)];
        for (int i = 0; i < codes.length; i++) {
            bytes[i * bits / Byte.SIZE] |= (byte) (codes[i] << (i * bits % Byte.SIZE));
        }
        MemorySegment.copy(bytes, 0, into, ValueLayout.JAVA_BYTE, row * bytes.length, bytes.length);
    }

    private static LongStream numbers(Rows<?> rows) {
        return LongStream.range(0, rows.count()).parallel();
    }

    private static List<Long> stackedShape(List<Tensor> parts) {
        List<Long> first = parts.getFirst().shape();
        long rows = parts.stream().mapToLong(part -> part.shape().getFirst()).sum();
        return first.size() == 1 ? List.of(rows) : List.of(rows, first.get(1));
    }
}
