package io.autoglm.inference.graph;

/// How the matrices of a graph are held: float32, or whole numbers with one float32 scale for each block of a row.
///
/// @param bits  32 for float32
/// @param block numbers that share a scale; for float32 it says nothing
public record MatrixFormat(int bits, int block) {

    public static final MatrixFormat FP32 = new MatrixFormat(32, 1);

    /// As in llama.cpp's Q8_0.
    public static final MatrixFormat INT8 = new MatrixFormat(8, 32);

    /// As in llama.cpp's Q4_0.
    public static final MatrixFormat INT4 = new MatrixFormat(4, 32);

    public MatrixFormat {
        if (bits != 4 && bits != 8 && bits != 32) {
            throw new IllegalArgumentException("no format of " + bits + " bits");
        }
    }

    /// Whether it is of codes.
    public boolean quantized() {
        return bits < 32;
    }

    int blockBytes() {
        return block * bits / Byte.SIZE;
    }

    /// Scales included.
    public double bytesPerWeight() {
        return quantized() ? bits / 8.0 + (double) Float.BYTES / block : Float.BYTES;
    }
}
