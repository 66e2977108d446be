package io.autoglm.inference.graph;

/// Rounds a block of numbers to `bits` bits: `number ≈ scale · (code − zero)`, where zero is the middle code, as ONNX
/// Runtime's `MatMulNBits` reads it when it is given no zero points.
final class BlockQuantizer {

    private final int zero;

    BlockQuantizer(int bits) {
        this.zero = 1 << (bits - 1);
    }

    int zero() {
        return zero;
    }

    /// The extreme number, with its sign, is put on the lowest code, of which there is one more than on the other
    /// side: the rule of llama.cpp's Q4_0.
    ///
    /// @param codes receives a code for each of `numbers[from, to)`, at the same places
    /// @return the scale
    float quantize(float[] numbers, int from, int to, int[] codes) {
        float extreme = 0;
        for (int i = from; i < to; i++) {
            if (Math.abs(numbers[i]) > Math.abs(extreme)) {
                extreme = numbers[i];
            }
        }
        float scale = extreme / -zero;
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = from; i < to; i++) {
            codes[i] = Math.clamp(Math.round(numbers[i] * inverse) + zero, 0, 2 * zero - 1);
        }
        return scale;
    }
}
