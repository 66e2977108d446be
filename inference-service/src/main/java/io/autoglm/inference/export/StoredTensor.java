package io.autoglm.inference.export;

import io.autoglm.inference.graph.Proto;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A weight of an export, and where its bytes lie.
///
/// @param type  of its numbers, as `onnx.proto` counts them
/// @param rest  all that it has beside its name, its shape and its place, as it was encoded
record StoredTensor(String name, int type, List<Long> shape, Place place, List<MemorySegment> rest) {

    private static final int SHAPE = 1;
    private static final int TYPE = 2;
    private static final int NAME = 8;
    private static final int RAW = 9;
    private static final int PLACE = 13;

    /// `float_data`, `int32_data`, `int64_data`, `double_data`, `uint64_data`.
    private static final List<Integer> NUMBERS = List.of(4, 5, 7, 10, 11);
    private static final int IS_BESIDE = 14;

    /// More than a petabyte holds.
    private static final long MOST_ELEMENTS = 1L << 50;

    /// Bits of a number, by its type.
    private static final Map<Integer, Integer> BITS = Map.ofEntries(
            Map.entry(1, 32),
            Map.entry(2, 8),
            Map.entry(3, 8),
            Map.entry(4, 16),
            Map.entry(5, 16),
            Map.entry(6, 32),
            Map.entry(7, 64),
            Map.entry(9, 8),
            Map.entry(10, 16),
            Map.entry(11, 64),
            Map.entry(16, 16),
            Map.entry(17, 8),
            Map.entry(18, 8),
            Map.entry(19, 8),
            Map.entry(20, 8),
            Map.entry(21, 4),
            Map.entry(22, 4),
            Map.entry(23, 4));

    /// Where the bytes of a tensor lie.
    sealed interface Place {}

    /// In the graph's own file, as they are; empty where its numbers are written one by one.
    record Within(MemorySegment bytes) implements Place {}

    /// In a file beside it.
    record Beside(String file, long offset, long length) implements Place {}

    StoredTensor {
        shape = List.copyOf(shape);
        rest = List.copyOf(rest);
    }

    /// @throws MalformedExportException if it does not say what it holds, or not where
    static StoredTensor read(WireMessage message) {
        List<Long> shape = message.integers(SHAPE);
        StoredTensor tensor = new StoredTensor(
                message.text(NAME),
                (int) message.integer(TYPE),
                shape,
                new Within(MemorySegment.NULL),
                message.encodedWithout(SHAPE, NAME, RAW, PLACE, IS_BESIDE));
        if (!BITS.containsKey(tensor.type)) {
            throw tensor.wrong("has the unknown type " + tensor.type);
        }
        if (message.integer(IS_BESIDE) == 1) {
            return tensor.at(tensor.beside(message));
        }
        List<MemorySegment> raw = message.bytes(RAW);
        MemorySegment bytes = raw.isEmpty() ? MemorySegment.NULL : raw.getLast();
        if (!raw.isEmpty() && bytes.byteSize() != tensor.byteSize()) {
            throw tensor.wrong("of shape " + shape + " takes " + tensor.byteSize() + " bytes, not " + bytes.byteSize());
        }
        // What is written number by number takes a byte each at least, or each two of four bits.
        long written = NUMBERS.stream().mapToLong(message::encodedBytes).sum();
        if (raw.isEmpty() && tensor.elements() > 2 * written) {
            throw tensor.wrong("of shape " + shape + " holds fewer numbers than that");
        }
        return tensor.at(new Within(bytes));
    }

    private Beside beside(WireMessage message) {
        Map<String, String> place = message.messages(PLACE).stream()
                .collect(Collectors.toMap(entry -> entry.text(1), entry -> entry.text(2), (one, other) -> other));
        try {
            long length = Long.parseLong(place.getOrDefault("length", String.valueOf(byteSize())));
            long offset = Long.parseLong(place.getOrDefault("offset", "0"));
            if (offset < 0 || length != byteSize()) {
                throw wrong("of shape " + shape + " lies in " + length + " bytes from " + offset);
            }
            return new Beside(place.getOrDefault("location", ""), offset, length);
        } catch (NumberFormatException e) {
            throw wrong("lies at " + place);
        }
    }

    private MalformedExportException wrong(String why) {
        return new MalformedExportException("tensor " + name + " " + why);
    }

    long elements() {
        long elements = 1;
        for (long size : shape) {
            if (size < 0 || Math.multiplyHigh(elements, size) != 0 || elements * size > MOST_ELEMENTS) {
                throw wrong("has the impossible shape " + shape);
            }
            elements *= size;
        }
        return elements;
    }

    /// Bits of one of its numbers.
    int bits() {
        return BITS.getOrDefault(type, 0);
    }

    /// Numbers of four bits share a byte.
    long byteSize() {
        return Math.ceilDiv(elements() * bits(), Byte.SIZE);
    }

    StoredTensor at(Place other) {
        return new StoredTensor(name, type, shape, other, rest);
    }

    /// The first rows of it; of four bits none.
    StoredTensor firstRows(long rows) {
        if (!(place instanceof Within(MemorySegment bytes)) || bytes.byteSize() == 0 || shape.getFirst() < rows) {
            throw wrong("of shape " + shape + " has no " + rows + " rows in the graph's own file");
        }
        List<Long> fewer = new ArrayList<>(shape);
        fewer.set(0, rows);
        Within part = new Within(bytes.asSlice(0, bytes.byteSize() / shape.getFirst() * rows));
        return new StoredTensor(name, type, fewer, part, rest);
    }

    StoredTensor named(String other) {
        return new StoredTensor(other, type, shape, place, rest);
    }

    Proto write() {
        Proto tensor = new Proto().text(NAME, name);
        shape.forEach(size -> tensor.integer(SHAPE, size));
        rest.forEach(tensor::encoded);
        return switch (place) {
            case Within(MemorySegment bytes) when bytes.byteSize() == 0 -> tensor;
            case Within(MemorySegment bytes) -> tensor.bytes(RAW, bytes.toArray(ValueLayout.JAVA_BYTE));
            case Beside(String file, long offset, long length) ->
                tensor.message(PLACE, entry("location", file))
                        .message(PLACE, entry("offset", Long.toString(offset)))
                        .message(PLACE, entry("length", Long.toString(length)))
                        .integer(IS_BESIDE, 1);
        };
    }

    private static Proto entry(String key, String value) {
        return new Proto().text(1, key).text(2, value);
    }
}
