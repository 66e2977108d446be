package io.autoglm.inference.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.graph.Constant;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.graph.Proto;
import io.autoglm.inference.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LargeTensorsTest {

    private static final int ROWS = 1024;
    private static final int COLUMNS = 300;

    private final NativeMemory memory = new NativeMemory();
    private final List<Constant> handedOver = new ArrayList<>();

    @AfterEach
    void free() {
        memory.close();
    }

    /// Where the numbers stand depends on what stands before them in the file.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void a_large_weight_is_handed_over_at_a_place_where_floats_may_stand(int before) {
        MemorySegment file = memory.allocate((long) ROWS * COLUMNS * Float.BYTES + 64);
        StoredTensor tensor = within(file, before, TensorType.FLOAT, ROWS, COLUMNS);
        file.set(ValueLayout.JAVA_FLOAT_UNALIGNED, before + 8L, 0.5f);

        WireMessage written = written(tensor);

        Constant constant = handedOver.getFirst();
        assertThat(constant.shape()).containsExactly((long) ROWS, (long) COLUMNS);
        assertThat(constant.data().get(ValueLayout.JAVA_FLOAT, 8)).isEqualTo(0.5f);
        assertThat(constant.data().address() == file.address() + before).isEqualTo(before == 0);
        assertThat(written.text(8)).isEqualTo("weight").isEqualTo(constant.name());
        assertThat(written.integer(14)).isEqualTo(1);
        assertThat(written.bytes(9)).isEmpty();
    }

    @Test
    void a_small_weight_stays_within_the_graph() {
        MemorySegment file = memory.allocate(100);
        file.set(ValueLayout.JAVA_BYTE, 3, (byte) 7);

        WireMessage written = written(within(file, 1, TensorType.UINT8, 5, 2));

        assertThat(handedOver).isEmpty();
        assertThat(written.integers(1)).containsExactly(5L, 2L);
        assertThat(written.bytes(9).getFirst().toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(0, 0, 7, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void the_first_rows_of_a_table_are_its_first_bytes() {
        MemorySegment file = memory.allocate(100);
        file.set(ValueLayout.JAVA_BYTE, 4, (byte) 7);
        StoredTensor table = within(file, 0, TensorType.UINT8, 10, 2).firstRows(3);

        assertThat(table.shape()).containsExactly(3L, 2L);
        assertThat(written(table).bytes(9).getFirst().toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(0, 0, 0, 0, 7, 0);
    }

    private WireMessage written(StoredTensor tensor) {
        return WireMessage.of(LargeTensors.write(tensor, memory, handedOver).toByteArray());
    }

    private static StoredTensor within(MemorySegment file, int offset, TensorType type, int rows, int columns) {
        Proto proto = new Proto().integer(1, 0).integer(2, type.number()).text(8, "weight");
        StoredTensor empty = StoredTensor.read(WireMessage.of(proto.toByteArray()));
        long bytes = (long) rows * columns * type.bytes();
        return new StoredTensor(
                empty.name(),
                empty.type(),
                List.of((long) rows, (long) columns),
                new StoredTensor.Within(file.asSlice(offset, bytes)),
                empty.rest());
    }
}
