package io.autoglm.inference.graph;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The rows of a matrix in the order that the graph is to have them in, wherever they lie in the checkpoint.
/// Safe for use by several threads.
///
/// @param <R> what a row is read into
interface Rows<R> {

    long count();

    /// Columns.
    int width();

    void read(long row, R into);

    /// One below the other; all of one width.
    static <R> Rows<R> stacked(List<? extends Rows<R>> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Stacked<>(parts);
    }

    /// The first of one, the first of the other, the second of one, and so on; both of one size.
    static <R> Rows<R> interleaved(Rows<R> even, Rows<R> odd) {
        return new Interleaved<>(even, odd);
    }

    final class Stacked<R> implements Rows<R> {

        /// By the number of its first row.
        private final NavigableMap<Long, Rows<R>> parts = new TreeMap<>();

        private final long count;
        private final int width;

        private Stacked(List<? extends Rows<R>> stacked) {
            this.width = stacked.getFirst().width();
            long start = 0;
            for (Rows<R> part : stacked) {
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
        public void read(long row, R into) {
            Map.Entry<Long, Rows<R>> part = parts.floorEntry(row);
            part.getValue().read(row - part.getKey(), into);
        }
    }

    record Interleaved<R>(Rows<R> even, Rows<R> odd) implements Rows<R> {
        @Override
        public long count() {
            return even.count() + odd.count();
        }

        @Override
        public int width() {
            return even.width();
        }

        @Override
        public void read(long row, R into) {
            (row % 2 == 0 ? even : odd).read(row / 2, into);
        }
    }
}
