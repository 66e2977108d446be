package io.autoglm.inference.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.graph.Proto;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The bytes are those of the examples in <https://protobuf.dev/programming-guides/encoding/>.
class WireMessageTest {

    @Test
    void what_was_written_is_read() {
        WireMessage message = read("089601" + "120774657374696e67" + "1a03089601" + "250000803f" + "a00101");

        assertThat(message.integer(1)).isEqualTo(150);
        assertThat(message.text(2)).isEqualTo("testing");
        assertThat(message.message(3).integer(1)).isEqualTo(150);
        assertThat(message.integer(20)).isEqualTo(1);
        assertThat(message.has(2)).isTrue();
        assertThat(message.has(5)).isFalse();
    }

    @Test
    void numbers_are_read_whether_they_are_packed_or_not() {
        assertThat(read("3206038e029ea705").integers(6)).containsExactly(3L, 270L, 86_942L);
        assertThat(read("3003308e02309ea705").integers(6)).containsExactly(3L, 270L, 86_942L);
        assertThat(read("08feffffffffffffffff01").integers(1)).containsExactly(-2L);
    }

    @Test
    void of_a_field_that_is_given_twice_the_last_counts() {
        assertThat(read("08010802").integer(1)).isEqualTo(2);
        assertThat(read("120161120162").text(2)).isEqualTo("b");
        assertThat(read("120161120162").texts(2)).containsExactly("a", "b");
    }

    @Test
    void what_is_not_asked_for_is_copied_as_it_is() {
        WireMessage message = read("089601" + "0900000000000000f0" + "250000803f" + "120161");

        assertThat(message.encodedWithout(2).stream().map(WireMessageTest::hex))
                .containsExactly("089601", "0900000000000000f0", "250000803f");
    }

    @ParameterizedTest
    @CsvSource({
        "08, a field needs 1 bytes where there are 0",
        "0896, a field needs 1 bytes where there are 0",
        "1207746573, a field needs 7 bytes where there are 3",
        "12ffffffffffffffffff01, a field needs -1 bytes where there are 0",
        "250000, a field needs 4 bytes where there are 2",
        "0901, a field needs 8 bytes where there are 1",
        "0b, field 1 has the form 3",
        "00, a field has the number 0",
        "08ffffffffffffffffffff01, a number has more than ten bytes"
    })
    void bytes_that_are_no_message_are_refused(String hex, String why) {
        assertThatThrownBy(() -> read(hex))
                .isInstanceOf(MalformedExportException.class)
                .hasMessage(why);
    }

    @Test
    void fields_are_not_read_without_a_bound_nor_those_of_messages_within() {
        byte[] fields = new byte[3 << 20];
        for (int i = 0; i < fields.length; i += 2) {
            fields[i] = 8;
        }
        WireMessage nested = WireMessage.of(
                new Proto().bytes(1, fields).bytes(1, fields).bytes(2, fields).toByteArray());

        assertThat(nested.messages(2)).hasSize(1);
        assertThatThrownBy(() -> nested.messages(1))
                .isInstanceOf(MalformedExportException.class)
                .hasMessage("it has more than 2097152 fields");
        assertThatThrownBy(() -> WireMessage.of(new byte[5 << 20])).isInstanceOf(MalformedExportException.class);
        assertThatThrownBy(() -> WireMessage.of(
                                new Proto().bytes(1, new byte[3 << 20]).toByteArray())
                        .integers(1))
                .hasMessageStartingWith("it has more than");
    }

    @Test
    void a_tensor_holds_as_many_numbers_as_its_shape_says() {
        Proto claimed = new Proto().integer(1, 1L << 40).integer(2, 1).text(8, "t");
        Proto written = new Proto().integer(1, 2).integer(2, 1).text(8, "t").bytes(4, new byte[8]);

        assertThatThrownBy(() -> StoredTensor.read(WireMessage.of(claimed.toByteArray())))
                .isInstanceOf(MalformedExportException.class)
                .hasMessage("tensor t of shape [1099511627776] holds fewer numbers than that");
        assertThat(StoredTensor.read(WireMessage.of(written.toByteArray())).elements())
                .isEqualTo(2);
    }

    private static WireMessage read(String hex) {
        return WireMessage.of(HexFormat.of().parseHex(hex));
    }

    private static String hex(MemorySegment bytes) {
        return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
    }
}
