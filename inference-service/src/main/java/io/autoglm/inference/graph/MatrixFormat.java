package io.autoglm.inference.graph;

/// How the matrices of a graph are held: float32, or whole numbers with one float32 scale for each block of a row.
public enum MatrixFormat {
    FP32(32),
    INT8(8),
    INT4(4);

    /// Numbers that share a scale; 32 as in llama.cpp's Q4_0 and Q8_0.
    static final int BLOCK = 32;

    private final int bits;

    MatrixFormat(int bits) {
        this.bits = bits;
    }

    int bits() {
        return bits;
    }

    /// Scales included.
    public double bytesPerWeight() {
        return this == FP32 ? Float.BYTES : bits / 8.0 + (double) Float.BYTES / BLOCK;
    }
}
