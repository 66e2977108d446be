package io.autoglm.inference.export;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A protobuf message as it lies in memory: its fields in their order, by number. What they mean is for the
/// reader to know; what the reader does not know can be copied as it is. See
/// <https://protobuf.dev/programming-guides/encoding/>.
final class WireMessage {

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    /// @param value   of a whole number, else 0
    /// @param bytes   of a string, a message or packed numbers, else empty
    /// @param encoded the field with its number
    private record Field(int number, long value, MemorySegment bytes, MemorySegment encoded) {}

    /// Fields and packed numbers of a message and all within it, each time that one is read: forty times
    /// those of a decoder with eighty layers. A field can be two bytes and takes a hundred as an object.
    private static final int MOST_FIELDS = 1 << 21;

    /// What is left of them.
    private static final class Budget {
        private int fields = MOST_FIELDS;

        void take() {
            if (fields-- == 0) {
                throw new MalformedExportException("it has more than " + MOST_FIELDS + " fields");
            }
        }
    }

    private final List<Field> fields;
    private final Budget budget;

    private WireMessage(List<Field> fields, Budget budget) {
        this.fields = List.copyOf(fields);
        this.budget = budget;
    }

    /// @throws MalformedExportException if these are no fields, or too many, or end within one
    static WireMessage read(MemorySegment bytes) {
        return read(bytes, new Budget());
    }

    private static WireMessage read(MemorySegment bytes, Budget budget) {
        List<Field> fields = new ArrayList<>();
        Cursor cursor = new Cursor(bytes);
        while (cursor.more()) {
            budget.take();
            fields.add(cursor.field());
        }
        return new WireMessage(fields, budget);
    }

    static WireMessage of(byte[] bytes) {
        return read(MemorySegment.ofArray(bytes));
    }

    boolean has(int number) {
        return fields.stream().anyMatch(field -> field.number == number);
    }

    /// @return empty where there is none; of several the last, as protobuf asks for
    String text(int number) {
        return fields.stream()
                .filter(field -> field.number == number)
                .reduce((first, second) -> second)
                .map(field -> text(field.bytes))
                .orElse("");
    }

    List<String> texts(int number) {
        return bytes(number).stream().map(WireMessage::text).toList();
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /// @return 0 where there is none
    long integer(int number) {
        return fields.stream()
                .filter(field -> field.number == number)
                .reduce((first, second) -> second)
                .map(Field::value)
                .orElse(0L);
    }

    /// Whether they are packed or not.
    List<Long> integers(int number) {
        List<Long> numbers = new ArrayList<>();
        for (Field field : fields) {
            if (field.number != number) {
                continue;
            }
            Cursor packed = new Cursor(field.bytes);
            if (!packed.more()) {
                numbers.add(field.value);
            }
            while (packed.more()) {
                budget.take();
                numbers.add(packed.varint());
            }
        }
        return numbers;
    }

    List<MemorySegment> bytes(int number) {
        return fields.stream()
                .filter(field -> field.number == number)
                .map(Field::bytes)
                .toList();
    }

    List<WireMessage> messages(int number) {
        return bytes(number).stream().map(part -> read(part, budget)).toList();
    }

    /// @return a message without fields where there is none
    WireMessage message(int number) {
        List<MemorySegment> all = bytes(number);
        return all.isEmpty() ? new WireMessage(List.of(), budget) : read(all.getLast(), budget);
    }

    /// Of all fields with that number, numbers included.
    long encodedBytes(int number) {
        return fields.stream()
                .filter(field -> field.number == number)
                .mapToLong(field -> field.encoded.byteSize())
                .sum();
    }

    /// The fields with other numbers than these, as they are.
    List<MemorySegment> encodedWithout(Integer... numbers) {
        Set<Integer> left = Set.of(numbers);
        return fields.stream()
                .filter(field -> !left.contains(field.number))
                .map(Field::encoded)
                .toList();
    }

    private static final class Cursor {

        private final MemorySegment all;
        private long at;

        Cursor(MemorySegment all) {
            this.all = all;
        }

        boolean more() {
            return at < all.byteSize();
        }

        Field field() {
            long start = at;
            long tag = varint();
            int number = (int) (tag >>> 3);
            if (number <= 0 || tag >>> 3 > Integer.MAX_VALUE) {
                throw new MalformedExportException("a field has the number " + (tag >>> 3));
            }
            long value = 0;
            MemorySegment bytes = MemorySegment.NULL;
            switch ((int) (tag & 7)) {
                case VARINT -> value = varint();
                case FIXED_64 -> take(Long.BYTES);
                case LENGTH_DELIMITED -> bytes = take(varint());
                case FIXED_32 -> take(Integer.BYTES);
                default -> throw new MalformedExportException("field " + number + " has the form " + (tag & 7));
            }
            return new Field(number, value, bytes, all.asSlice(start, at - start));
        }

        long varint() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                byte next = take(1).get(ValueLayout.JAVA_BYTE, 0);
                value |= (next & 0x7fL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new MalformedExportException("a number has more than ten bytes");
        }

        private MemorySegment take(long count) {
            if (count < 0 || count > all.byteSize() - at) {
                throw new MalformedExportException(
                        "a field needs " + count + " bytes where there are " + (all.byteSize() - at));
            }
            MemorySegment taken = all.asSlice(at, count);
            at += count;
            return taken;
        }
    }
}
