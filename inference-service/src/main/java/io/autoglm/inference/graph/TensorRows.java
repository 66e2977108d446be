package io.autoglm.inference.graph;

import io.autoglm.inference.model.Tensor;

/// A matrix `[rows, columns]` as it lies in the checkpoint; of a vector, each number is a row.
record TensorRows(Tensor matrix) implements Rows<float[]> {

    @Override
    public long count() {
        return matrix.shape().getFirst();
    }

    @Override
    public int width() {
        return matrix.shape().size() == 1 ? 1 : Math.toIntExact(matrix.shape().get(1));
    }

    @Override
    public void read(long row, float[] into) {
        matrix.read(row * width(), into, 0, width());
    }
}
