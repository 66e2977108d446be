package io.autoglm.inference.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// A matrix `[rows, columns]` of a checkpoint that was published quantized: `number = scale · (code − zero)`,
/// with a scale and a zero point for each group of columns of each row. In the file it lies transposed. Safe
/// for use by several threads.
public final class PackedMatrix {

    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Where AutoAWQ puts the rows 0 to 7 within a word, in units of 4 bits.
    private static final int[] AWQ_PLACES = {0, 4, 1, 5, 2, 6, 3, 7};

    private final Quantization quantization;
    private final int rows;
    private final int columns;
    private final int group;
    private final int perWord;
    private final MemorySegment codes;
    private final MemorySegment zeros;
    private final Tensor scales;
    private final int[] order;
    private final boolean ordered;

    private PackedMatrix(Quantization quantization, int rows, int columns, Parts parts) {
        this.quantization = quantization;
        this.rows = rows;
        this.columns = columns;
        this.group = groupSize(quantization, columns);
        this.perWord = Integer.SIZE / quantization.bits();
        this.codes = parts.codes.data();
        this.zeros = parts.zeros.data();
        this.scales = parts.scales;
        this.order = parts.groups.isEmpty()
                ? IntStream.range(0, columns).toArray()
                : order(parts.groups.getFirst(), columns, group);
        this.ordered = IntStream.range(0, columns).allMatch(column -> order[column] == column);
    }

    /// @param groups the group of each column, or nothing
    private record Parts(Tensor codes, Tensor zeros, Tensor scales, List<Tensor> groups) {}

    /// Takes the tensors of a module from a checkpoint.
    ///
    /// @throws ModelLoadException if one is lacking, or has another shape
    static PackedMatrix of(Weights weights, Quantization quantization, String module, int rows, int columns) {
        int perWord = Integer.SIZE / quantization.bits();
        int group = groupSize(quantization, columns);
        if (columns % group != 0 || columns % perWord != 0 || rows % perWord != 0) {
            throw new ModelLoadException(
                    weights.source(),
                    module + " of " + rows + " x " + columns + " does not divide into groups of " + group);
        }
        long groups = columns / group;
        boolean byColumns = quantization.method() == Quantization.Method.GPTQ;
        Tensor codes = byColumns
                ? weights.require(module + ".qweight", columns / perWord, rows)
                : weights.require(module + ".qweight", columns, rows / perWord);
        List<Tensor> order = byColumns && weights.names().contains(module + ".g_idx")
                ? List.of(weights.require(module + ".g_idx", columns))
                : List.of();
        return new PackedMatrix(
                quantization,
                rows,
                columns,
                new Parts(
                        codes,
                        weights.require(module + ".qzeros", groups, rows / perWord),
                        weights.require(module + ".scales", groups, rows),
                        order));
    }

    private static int groupSize(Quantization quantization, int columns) {
        return quantization.groupSize() == 0 ? columns : quantization.groupSize();
    }

    /// The columns by group, within a group by number.
    private static int[] order(Tensor groups, int columns, int size) {
        int[] group = new int[columns];
        for (int column = 0; column < columns; column++) {
            group[column] = groups.data().get(WORD, (long) column * Integer.BYTES);
        }
        int[] order = IntStream.range(0, columns)
                .boxed()
                .sorted(Comparator.comparingInt(column -> group[column]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int at = 0; at < columns; at++) {
            if (group[order[at]] != at / size) {
                throw new ModelLoadException(
                        groups.name(), "does not put " + size + " columns into each of " + columns / size + " groups");
            }
        }
        return order;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public int bits() {
        return quantization.bits();
    }

    /// Columns, in [#order], that share a scale.
    public int group() {
        return group;
    }

    /// The column of the input that each column of this matrix belongs to, `[columns]`.
    public int[] order() {
        return order.clone();
    }

    /// One of [#order].
    public int column(int at) {
        return order[at];
    }

    /// Whether [#order] is that of the input.
    public boolean ordered() {
        return ordered;
    }

    /// @param codes  `[columns]`, receives the codes in [#order]
    /// @param scales `[columns / group]`
    /// @param zeros  `[columns / group]`
    public void read(long row, int[] codes, float[] scales, int[] zeros) {
        for (int at = 0; at < columns; at++) {
            codes[at] = code(row, order[at]);
        }
        int most = (1 << quantization.bits()) - 1;
        for (int at = 0; at < scales.length; at++) {
            this.scales.read((long) at * rows + row, scales, at, 1);
            zeros[at] = (alongRows(this.zeros, at, row) + quantization.zeroOffset()) & most;
        }
    }

    private int code(long row, int column) {
        if (quantization.method() == Quantization.Method.AWQ) {
            return alongRows(codes, column, row);
        }
        int word = codes.get(WORD, ((long) (column / perWord) * rows + row) * Integer.BYTES);
        return part(word, column % perWord);
    }

    /// Of words that hold some rows each.
    private int alongRows(MemorySegment words, long line, long row) {
        int word = words.get(WORD, (line * (rows / perWord) + row / perWord) * Integer.BYTES);
        int place = (int) (row % perWord);
        return part(word, quantization.method() == Quantization.Method.AWQ ? AWQ_PLACES[place] : place);
    }

    private int part(int word, int place) {
        return (word >>> (place * quantization.bits())) & ((1 << quantization.bits()) - 1);
    }
}
