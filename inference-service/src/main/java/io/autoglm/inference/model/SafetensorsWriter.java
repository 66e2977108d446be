package io.autoglm.inference.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// Writes a `.safetensors` file, one number after the other, so that a checkpoint larger than the heap can be made.
public final class SafetensorsWriter {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// Where readers that map the file expect the first tensor.
    private static final int ALIGNMENT_BYTES = 8;

    private static final int BUFFER_BYTES = 1 << 20;
    private static final long LARGEST_WRITE_BYTES = 1L << 26;

    private SafetensorsWriter() {}

    /// A tensor to write.
    ///
    /// @param numbers is asked once for each index, in order
    public record Entry(String name, ElementType type, List<Long> shape, Numbers numbers) {

        public Entry {
            shape = List.copyOf(shape);
        }

        long elements() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        }
    }

    @FunctionalInterface
    public interface Numbers {

        double at(long index);
    }

    public static void write(Path file, List<Entry> entries) throws IOException {
        byte[] header = header(entries);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
            out.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            for (Entry entry : entries) {
                write(out, entry);
            }
        }
    }

    /// Bytes that stand for themselves.
    public record Bytes(String name, MemorySegment data) {}

    /// Returns when all of it is on the disk.
    public static void writeBytes(Path file, List<Bytes> entries) throws IOException {
        byte[] header = header(entries.stream()
                .map(bytes -> new Entry(
                        bytes.name(), ElementType.U8, List.of(bytes.data().byteSize()), _ -> 0))
                .toList());
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeAll(
                    out,
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .flip());
            writeAll(out, ByteBuffer.wrap(header));
            for (Bytes bytes : entries) {
                for (long from = 0; from < bytes.data().byteSize(); from += LARGEST_WRITE_BYTES) {
                    long size = Math.min(LARGEST_WRITE_BYTES, bytes.data().byteSize() - from);
                    writeAll(out, bytes.data().asSlice(from, size).asByteBuffer());
                }
            }
            out.force(true);
        }
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static byte[] header(List<Entry> entries) throws IOException {
        ObjectNode header = MAPPER.createObjectNode();
        long at = 0;
        for (Entry entry : entries) {
            ObjectNode tensor = header.putObject(entry.name());
            tensor.put("dtype", entry.type().name());
            entry.shape().forEach(tensor.withArray("shape")::add);
            tensor.putArray("data_offsets")
                    .add(at)
                    .add(at += entry.elements() * entry.type().bytes());
        }
        String json = MAPPER.writeValueAsString(header);
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return (json + " ".repeat(Math.floorMod(-length, ALIGNMENT_BYTES))).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(OutputStream out, Entry entry) throws IOException {
        long elements = entry.elements();
        for (long i = 0; i < elements; i++) {
            double value = entry.numbers().at(i);
            float number = (float) value;
            switch (entry.type()) {
                case F32 -> little(out, Float.floatToRawIntBits(number), Float.BYTES);
                case F16 -> little(out, Float.floatToFloat16(number), Short.BYTES);
                case BF16 -> little(out, bfloat16(number), Short.BYTES);
                case I32 -> little(out, (int) value, Integer.BYTES);
                case U8 -> little(out, (int) value, 1);
            }
        }
    }

    /// To nearest, ties to even.
    private static int bfloat16(float number) {
        int bits = Float.floatToRawIntBits(number);
        return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    }

    private static void little(OutputStream out, int bits, int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            out.write(bits >>> (i * Byte.SIZE));
        }
    }
}
