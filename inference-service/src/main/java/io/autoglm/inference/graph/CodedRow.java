package io.autoglm.inference.graph;

/// A row of a matrix in codes: `number = scale · (code − zero)`, with a scale and a zero for each block.
@SuppressWarnings("ArrayRecordComponent") // a buffer, compared by nobody
record CodedRow(int[] codes, float[] scales, int[] zeros) {

    static CodedRow of(int width, int block) {
        int blocks = Math.ceilDiv(width, block);
        return new CodedRow(new int[width], new float[blocks], new int[blocks]);
    }
}
