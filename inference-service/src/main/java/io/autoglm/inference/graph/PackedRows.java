package io.autoglm.inference.graph;

import io.autoglm.inference.model.PackedMatrix;

/// The codes of a checkpoint that was published quantized, as they are. Where its groups are of a size that
/// no operator knows, each is cut into blocks that share its scale.
record PackedRows(PackedMatrix matrix) implements Rows<CodedRow> {

    private static final int SMALLEST_BLOCK = 16;
    private static final int LARGEST_BLOCK = 128;

    /// What the rows are to be read for.
    MatrixFormat format() {
        int block = LARGEST_BLOCK;
        while (matrix.group() % block != 0) {
            block /= 2;
        }
        if (block < SMALLEST_BLOCK) {
            throw new IllegalStateException("groups of " + matrix.group());
        }
        return new MatrixFormat(matrix.bits(), block);
    }

    @Override
    public long count() {
        return matrix.rows();
    }

    @Override
    public int width() {
        return matrix.columns();
    }

    @Override
    public void read(long row, CodedRow into) {
        int each = matrix.group() / format().block();
        int groups = matrix.columns() / matrix.group();
        matrix.read(row, into.codes(), into.scales(), into.zeros());
        for (int block = groups * each - 1; block > 0; block--) {
            into.scales()[block] = into.scales()[block / each];
            into.zeros()[block] = into.zeros()[block / each];
        }
    }
}
