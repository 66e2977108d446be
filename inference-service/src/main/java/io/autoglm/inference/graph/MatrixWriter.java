package io.autoglm.inference.graph;

import io.autoglm.inference.model.ElementType;
import io.autoglm.inference.model.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Turns checkpoint tensors into what the operators read, row by row and on all cores; the heap holds a few rows at a
/// time.
final class MatrixWriter {

    private final NativeMemory memory;

    MatrixWriter(NativeMemory memory) {
        this.memory = memory;
    }

    /// The tensor as it lies in the file.
    Constant asIs(Tensor tensor) {
        TensorType type = switch (tensor.type()) {
            case F32 -> TensorType.FLOAT;
            case F16 -> TensorType.FLOAT16;
            case BF16 -> TensorType.BFLOAT16;
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
        long elements = parts.stream().mapToLong(Tensor::elements).sum();
        MemorySegment data = memory.allocate(elements * Float.BYTES);
        long at = 0;
        for (Tensor part : parts) {
            int width = Math.toIntExact(part.shape().getLast());
            long start = at;
            rows(part).forEach(row -> {
                float[] numbers = new float[width];
                part.read((long) row * width, numbers, 0, width);
                MemorySegment.copy(
                        numbers, 0, data, ValueLayout.JAVA_FLOAT, (start + (long) row * width) * Float.BYTES, width);
            });
            at += part.elements();
        }
        return new Constant(name, TensorType.FLOAT, shape, data);
    }

    /// Float32 numbers computed here, `[rows, width]`.
    Constant table(String name, int width, float[] numbers) {
        MemorySegment data = memory.allocate((long) numbers.length * Float.BYTES);
        MemorySegment.copy(numbers, 0, data, ValueLayout.JAVA_FLOAT, 0, numbers.length);
        return new Constant(name, TensorType.FLOAT, List.of((long) numbers.length / width, (long) width), data);
    }

    /// A matrix in blocks.
    ///
    /// @param codes  `[rows, blocks, bytes of a block]`, of 4-bit codes the even column in the low half
    /// @param scales `[rows · blocks]`
    record Quantized(Constant codes, Constant scales) {}

    Quantized quantize(String name, List<Tensor> parts, MatrixFormat format) {
        List<Long> shape = stackedShape(parts);
        int width = Math.toIntExact(shape.get(1));
        int blocks = Math.ceilDiv(width, MatrixFormat.BLOCK);
        int blockBytes = MatrixFormat.BLOCK * format.bits() / Byte.SIZE;
        MemorySegment codes = memory.allocate(shape.getFirst() * blocks * blockBytes);
        MemorySegment scales = memory.allocate(shape.getFirst() * blocks * Float.BYTES);
        long above = 0;
        for (Tensor part : parts) {
            long start = above;
            rows(part).forEach(row -> {
                float[] numbers = new float[width];
                part.read((long) row * width, numbers, 0, width);
                quantizeRow(numbers, format, (start + row) * blocks, codes, scales);
            });
            above += part.shape().getFirst();
        }
        return new Quantized(
                new Constant(
                        name + ".codes",
                        TensorType.UINT8,
                        List.of(shape.getFirst(), (long) blocks, (long) blockBytes),
                        codes),
                new Constant(name + ".scales", TensorType.FLOAT, List.of(shape.getFirst() * blocks), scales));
    }

    private static void quantizeRow(
            float[] numbers, MatrixFormat format, long firstBlock, MemorySegment codes, MemorySegment scales) {
        BlockQuantizer quantizer = new BlockQuantizer(format.bits());
        int blockBytes = MatrixFormat.BLOCK * format.bits() / Byte.SIZE;
        int[] block = new int[MatrixFormat.BLOCK];
        byte[] packed = new byte[blockBytes];
        long index = firstBlock;
        for (int from = 0; from < numbers.length; from += MatrixFormat.BLOCK, index++) {
            Arrays.fill(block, quantizer.zero());
            float scale = quantizer.quantize(numbers, from, Math.min(from + MatrixFormat.BLOCK, numbers.length), block);
            for (int i = 0; i < blockBytes; i++) {
                packed[i] = (byte) (format == MatrixFormat.INT4 ? block[2 * i] | (block[2 * i + 1] << 4) : block[i]);
            }
            scales.setAtIndex(ValueLayout.JAVA_FLOAT, index, scale);
            MemorySegment.copy(packed, 0, codes, ValueLayout.JAVA_BYTE, index * blockBytes, blockBytes);
        }
    }

    private static IntStream rows(Tensor tensor) {
        int rows = Math.toIntExact(tensor.elements() / tensor.shape().getLast());
        return IntStream.range(0, rows).parallel();
    }

    private static List<Long> stackedShape(List<Tensor> parts) {
        List<Long> first = parts.getFirst().shape();
        long rows = parts.stream().mapToLong(part -> part.shape().getFirst()).sum();
        return first.size() == 1 ? List.of(rows) : List.of(rows, first.get(1));
    }
}
