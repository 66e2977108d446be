package io.autoglm.inference.graph;

import io.autoglm.inference.model.Tensor;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The rows of a matrix in the order that the graph is to have them in, wherever they lie in the checkpoint.
/// Safe for use by several threads.
interface Rows {

    long count();

    int width();

    /// @param into `[width]`
    void read(long row, float[] into);

    /// A matrix `[rows, width]`.
    static Rows of(Tensor matrix) {
        return new TensorRows(matrix);
    }

    /// One below the other; all of one width.
    static Rows stacked(List<Rows> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Stacked(parts);
    }

    /// The first of one, the first of the other, the second of one, and so on; both of one size.
    static Rows interleaved(Rows even, Rows odd) {
        return new Interleaved(even, odd);
    }

    /// Rows `[from, from + count)`.
    static Rows part(Rows rows, long from, long count) {
        return new Part(rows, from, count);
    }

    record TensorRows(Tensor matrix) implements Rows {
        @Override
        public long count() {
            return matrix.shape().getFirst();
        }

        @Override
        public int width() {
            return Math.toIntExact(matrix.shape().get(1));
        }

        @Override
        public void read(long row, float[] into) {
            matrix.read(row * width(), into, 0, width());
        }
    }

    final class Stacked implements Rows {

        /// By the number of its first row.
        private final NavigableMap<Long, Rows> parts = new TreeMap<>();

        private final long count;
        private final int width;

        private Stacked(List<Rows> stacked) {
            this.width = stacked.getFirst().width();
            long start = 0;
            for (Rows part : stacked) {
                if (part.width() != width) {
                    throw new IllegalArgumentException("rows of " + part.width() + " below rows of " + width);
                }
                parts.put(start, part);
                start += part.count();
            }
            this.count = start;
        }

        @Override
        public long count() {
            return count;
        }

        @Override
        public int width() {
            return width;
        }

        @Override
        public void read(long row, float[] into) {
            Map.Entry<Long, Rows> part = parts.floorEntry(row);
            part.getValue().read(row - part.getKey(), into);
        }
    }

    record Interleaved(Rows even, Rows odd) implements Rows {
        @Override
        public long count() {
            return even.count() + odd.count();
        }

        @Override
        public int width() {
            return even.width();
        }

        @Override
        public void read(long row, float[] into) {
            (row % 2 == 0 ? even : odd).read(row / 2, into);
        }
    }

    record Part(Rows rows, long from, long count) implements Rows {
        @Override
        public int width() {
            return rows.width();
        }

        @Override
        public void read(long row, float[] into) {
            rows.read(from + row, into);
        }
    }
}
