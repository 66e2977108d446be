package io.autoglm.nano.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    private static final Map<String, Safetensors.Tensor> TENSORS =
            Map.of("a", new Safetensors.Tensor(new long[] {2, 2}, new float[] {1, -2.5f, 0, 1e-3f}));

    @TempDir
    private Path directory = Path.of("");

    @Test
    void float32_comes_back_bit_for_bit() throws IOException {
        Path file = directory.resolve("x.safetensors");

        Safetensors.write(file, TENSORS, Safetensors.Format.F32, Map.of("step", "7"));

        assertThat(Safetensors.read(file)).hasEntrySatisfying("a", read -> {
            assertThat(read.values()).containsExactly(1, -2.5f, 0, 1e-3f);
            assertThat(read.shape()).containsExactly(2, 2);
        });
        assertThat(Safetensors.metadata(file)).containsEntry("step", "7");
    }

    @Test
    void bfloat16_rounds_to_the_nearest_and_ties_to_even() {
        assertThat(Safetensors.bfloat16(1.0f)).isEqualTo((short) 0x3F80);
        assertThat(Safetensors.bfloat16(Float.intBitsToFloat(0x3F808000))).isEqualTo((short) 0x3F80);
        assertThat(Safetensors.bfloat16(Float.intBitsToFloat(0x3F818000))).isEqualTo((short) 0x3F82);
        assertThat(Safetensors.bfloat16(Float.intBitsToFloat(0x3F808001))).isEqualTo((short) 0x3F81);
    }
}
