package io.autoglm.nano.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Safetensors files: eight bytes of header length, a JSON header, raw little-endian data. Written to a neighbour file
/// first and then moved over the old one, so that an interruption leaves a whole file.
final class Safetensors {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int ALIGNMENT = 8;

    private Safetensors() {}

    /// A tensor in memory.
    @SuppressWarnings("ArrayRecordComponent") // big, and never compared
    record Tensor(long[] shape, float[] values) {}

    enum Format {
        F32(4),
        BF16(2);

        private final int width;

        Format(int width) {
            this.width = width;
        }
    }

    static void write(Path file, Map<String, Tensor> tensors, Format format, Map<String, String> metadata)
            throws IOException {
        ObjectNode header = MAPPER.createObjectNode();
        ObjectNode notes = header.putObject("__metadata__");
        metadata.forEach(notes::put);
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            long end = offset + (long) entry.getValue().values().length * format.width;
            ObjectNode node = header.putObject(entry.getKey()).put("dtype", format.name());
            var shape = node.putArray("shape");
            for (long side : entry.getValue().shape()) {
                shape.add(side);
            }
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] text = MAPPER.writeValueAsBytes(header);
        int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(ALIGNMENT + padded + offset))
                .order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(padded).put(text);
        while (buffer.position() < ALIGNMENT + padded) {
            buffer.put((byte) ' ');
        }
        for (Tensor tensor : tensors.values()) {
            for (float value : tensor.values()) {
                if (format == Format.F32) {
                    buffer.putFloat(value);
                } else {
                    buffer.putShort(bfloat16(value));
                }
            }
        }
        Path neighbour = file.resolveSibling(file.getFileName() + ".part");
        Files.write(neighbour, buffer.array());
        Files.move(neighbour, file, StandardCopyOption.REPLACE_EXISTING);
    }

    static Map<String, Tensor> read(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        JsonNode header = header(buffer);
        int start = buffer.position();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(entry.getKey(), tensor(entry.getValue(), buffer, start));
            }
        }
        return tensors;
    }

    static Map<String, String> metadata(Path file) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        JsonNode header = header(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
        header.path("__metadata__")
                .properties()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
        return metadata;
    }

    /// Rounded to nearest, ties to even.
    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    private static JsonNode header(ByteBuffer buffer) throws IOException {
        var text = new byte[Math.toIntExact(buffer.getLong())];
        buffer.get(text);
        return MAPPER.readTree(new String(text, StandardCharsets.UTF_8));
    }

    private static Tensor tensor(JsonNode node, ByteBuffer buffer, int start) {
        List<Long> shape = new ArrayList<>();
        node.path("shape").forEach(side -> shape.add(side.longValue()));
        boolean wide = node.path("dtype").asText().equals(Format.F32.name());
        int from = start + node.path("data_offsets").get(0).intValue();
        int count = Math.toIntExact(shape.stream().reduce(1L, (a, b) -> a * b));
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] =
                    wide ? buffer.getFloat(from + 4 * i) : Float.intBitsToFloat(buffer.getShort(from + 2 * i) << 16);
        }
        return new Tensor(shape.stream().mapToLong(Long::longValue).toArray(), values);
    }
}
