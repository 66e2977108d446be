package io.autoglm.inference.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockQuantizerTest {

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void no_number_moves_further_than_a_step(int bits) {
        BlockQuantizer quantizer = new BlockQuantizer(bits);
        Random random = new Random(bits);
        for (int round = 0; round < 1000; round++) {
            float[] numbers = new float[32];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) random.nextGaussian();
            }
            int[] codes = new int[32];
            float scale = quantizer.quantize(numbers, 0, 32, codes);

            for (int i = 0; i < numbers.length; i++) {
                assertThat(codes[i]).isBetween(0, (1 << bits) - 1);
                float restored = scale * (codes[i] - quantizer.zero());
                // Half a step, but for the one end of the range that has a code less.
                assertThat(Math.abs(restored - numbers[i])).isLessThanOrEqualTo(Math.abs(scale) * 1.0001f);
            }
        }
    }

    @Test
    void the_extreme_number_is_kept_exactly() {
        BlockQuantizer quantizer = new BlockQuantizer(4);
        int[] codes = new int[4];
        float scale = quantizer.quantize(new float[] {0.5f, 4, -1, 0}, 0, 4, codes);

        assertThat(scale * (codes[1] - 8)).isEqualTo(4);
        assertThat(codes[3]).isEqualTo(8);
    }

    @Test
    void a_block_of_zeros_stays_zeros() {
        int[] codes = new int[3];

        assertThat(new BlockQuantizer(4).quantize(new float[3], 0, 3, codes)).isZero();
        assertThat(codes).containsOnly(8);
    }
}
