package io.autoglm.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One `.safetensors` file, mapped: 8 bytes of header length, a JSON header, then the tensors. See
/// <https://huggingface.co/docs/safetensors>. Every offset is checked against the file before it is believed.
public final class SafetensorsFile {

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// The reference implementation's limit.
    private static final long LARGEST_HEADER_BYTES = 100_000_000;

    private final Path file;
    private final MemorySegment bytes;
    private final long dataStart;

    private SafetensorsFile(Path file, MemorySegment bytes, long dataStart) {
        this.file = file;
        this.bytes = bytes;
        this.dataStart = dataStart;
    }

    /// The tensors of the file by name. The mapping lives as long as one of them is reachable.
    public static Map<String, Tensor> read(Path file) {
        MemorySegment bytes = map(file);
        if (bytes.byteSize() < Long.BYTES) {
            throw new ModelLoadException(file, "truncated: " + bytes.byteSize() + " bytes, no header");
        }
        long header = bytes.get(LENGTH, 0);
        if (header <= 1 || header > LARGEST_HEADER_BYTES) {
            throw new ModelLoadException(file, "is not a safetensors file: header length " + header);
        }
        if (header > bytes.byteSize() - Long.BYTES) {
            throw new ModelLoadException(
                    file, "truncated: the header needs " + header + " bytes, the file has " + bytes.byteSize());
        }
        byte[] json = bytes.asSlice(Long.BYTES, header).toArray(ValueLayout.JAVA_BYTE);
        return new SafetensorsFile(file, bytes, Long.BYTES + header).tensors(Json.parse(file, json));
    }

    private static MemorySegment map(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelLoadException(file, "not found");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (IOException e) {
            throw new ModelLoadException(file, "cannot be mapped: " + e.getMessage(), e);
        }
    }

    private Map<String, Tensor> tensors(Json header) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : header.node().properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
            }
        }
        return tensors;
    }

    private Tensor tensor(String name, JsonNode entry) {
        String dtype = entry.path("dtype").asText();
        ElementType type = ElementType.named(dtype)
                .orElseThrow(() -> refuse(name, "has type " + dtype + "; supported are F32, F16, BF16, I32 and U8"));
        List<Long> shape = new ArrayList<>();
        long size = type.bytes();
        for (JsonNode dimension : entry.path("shape")) {
            if (!dimension.isIntegralNumber() || dimension.longValue() <= 0) {
                throw refuse(name, "has the impossible shape " + entry.path("shape"));
            }
            shape.add(dimension.longValue());
            size = Math.multiplyHigh(size, dimension.longValue()) == 0 ? size * dimension.longValue() : -1;
        }
        long begin = entry.path("data_offsets").path(0).asLong(-1);
        long end = entry.path("data_offsets").path(1).asLong(-1);
        if (begin < 0 || end < begin || end - begin != size) {
            throw refuse(name, "lies at " + begin + ".." + end + ", which does not fit its shape " + shape);
        }
        if (end > bytes.byteSize() - dataStart) {
            throw new ModelLoadException(
                    file,
                    "truncated: tensor " + name + " ends at byte " + (dataStart + end) + ", the file has "
                            + bytes.byteSize());
        }
        return new Tensor(name, type, shape, bytes.asSlice(dataStart + begin, size));
    }

    private ModelLoadException refuse(String tensor, String why) {
        return new ModelLoadException(file, "tensor " + tensor + " " + why);
    }
}
