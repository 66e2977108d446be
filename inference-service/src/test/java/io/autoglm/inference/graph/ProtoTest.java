package io.autoglm.inference.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The bytes are those of the examples in <https://protobuf.dev/programming-guides/encoding/>.
class ProtoTest {

    @Test
    void a_whole_number_takes_seven_bits_a_byte() {
        assertThat(hex(new Proto().integer(1, 150))).isEqualTo("089601");
        assertThat(hex(new Proto().integer(1, 0))).isEqualTo("0800");
        assertThat(hex(new Proto().integer(1, -2))).isEqualTo("08feffffffffffffffff01");
    }

    @Test
    void a_string_is_preceded_by_its_length() {
        assertThat(hex(new Proto().text(2, "testing"))).isEqualTo("120774657374696e67");
    }

    @Test
    void a_message_within_a_message_is_a_string_of_bytes() {
        assertThat(hex(new Proto().message(3, new Proto().integer(1, 150)))).isEqualTo("1a03089601");
    }

    @Test
    void a_real_number_is_four_bytes_the_lowest_first() {
        assertThat(hex(new Proto().real(2, 1f))).isEqualTo("150000803f");
    }

    @Test
    void a_field_above_fifteen_takes_two_bytes() {
        assertThat(hex(new Proto().integer(20, 1))).isEqualTo("a00101");
    }

    private static String hex(Proto proto) {
        return HexFormat.of().formatHex(proto.toByteArray());
    }
}
