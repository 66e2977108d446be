package io.autoglm.inference.graph;

import io.autoglm.inference.model.PackedMatrix;

/// The numbers that the codes of a quantized checkpoint stand for, each in the column that it belongs to.
record RestoredRows(PackedMatrix matrix) implements Rows<float[]> {

    @Override
    public long count() {
        return matrix.rows();
    }

    @Override
    public int width() {
        return matrix.columns();
    }

    @Override
    public void read(long row, float[] into) {
        CodedRow coded = CodedRow.of(matrix.columns(), matrix.group());
        matrix.read(row, coded.codes(), coded.scales(), coded.zeros());
        for (int at = 0; at < into.length; at++) {
            int group = at / matrix.group();
            into[matrix.column(at)] = coded.scales()[group] * (coded.codes()[at] - coded.zeros()[group]);
        }
    }
}
