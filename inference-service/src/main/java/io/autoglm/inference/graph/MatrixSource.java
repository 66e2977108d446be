package io.autoglm.inference.graph;

import io.autoglm.inference.model.PackedMatrix;
import io.autoglm.inference.model.Tensor;
import java.util.Arrays;

/// The matrix of a module, as the checkpoint has it.
sealed interface MatrixSource {

    /// Whatever it lies in.
    Rows<float[]> numbers();

    /// Numbers.
    record Plain(Tensor tensor) implements MatrixSource {
        @Override
        public Rows<float[]> numbers() {
            return new TensorRows(tensor);
        }
    }

    /// Codes.
    record Coded(PackedMatrix matrix) implements MatrixSource {
        @Override
        public Rows<float[]> numbers() {
            return new RestoredRows(matrix);
        }

        PackedRows rows() {
            return new PackedRows(matrix);
        }

        /// Whether the rows of both may lie in one matrix of the graph.
        boolean goesWith(Coded other) {
            return rows().format().equals(other.rows().format()) && Arrays.equals(matrix.order(), other.matrix.order());
        }
    }
}
