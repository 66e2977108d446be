package io.autoglm.inference.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/// Quantizes a matrix as the tools do that publish such checkpoints, with a zero point for each group, and
/// packs it in their layout: written from the description of the layouts, not from the code that reads them.
record TinyPacking(Quantization.Method method, int bits, int group, boolean sorted) {

    private static final int[] AWQ_ORDER = {0, 2, 4, 6, 1, 3, 5, 7};

    /// @param module the name without `.weight`
    /// @param packed receives the module's tensors
    /// @return the numbers that the codes stand for
    TinyModel.Matrix pack(String module, TinyModel.Matrix matrix, Map<String, TinyModel.Matrix> packed) {
        int rows = matrix.shape().get(0).intValue();
        int columns = matrix.shape().get(1).intValue();
        int[] groupOf = groups(columns);
        int groups = columns / group;
        float[] scales = new float[groups * rows];
        int[][] zeros = new int[groups][rows];
        int[][] codes = new int[columns][rows];
        float[] restored = new float[rows * columns];
        int most = (1 << bits) - 1;
        for (int row = 0; row < rows; row++) {
            for (int g = 0; g < groups; g++) {
                float low = 0;
                float high = 0;
                for (int column = 0; column < columns; column++) {
                    if (groupOf[column] == g) {
                        low = Math.min(low, matrix.numbers()[row * columns + column]);
                        high = Math.max(high, matrix.numbers()[row * columns + column]);
                    }
                }
                float scale = Float.float16ToFloat(Float.floatToFloat16((high - low) / most));
                scales[g * rows + row] = scale;
                zeros[g][row] = Math.clamp(Math.round(-low / scale), 1, most);
            }
            for (int column = 0; column < columns; column++) {
                int g = groupOf[column];
                float scale = scales[g * rows + row];
                int code = Math.clamp(
                        Math.round(matrix.numbers()[row * columns + column] / scale) + zeros[g][row], 0, most);
                codes[column][row] = code;
                restored[row * columns + column] = scale * (code - zeros[g][row]);
            }
        }
        List<Long> perGroup = List.of((long) groups, (long) rows);
        packed.put(module + ".scales", new TinyModel.Matrix(perGroup, scales));
        if (method == Quantization.Method.AWQ) {
            packed.put(module + ".qweight", alongRows(codes, AWQ_ORDER));
            packed.put(module + ".qzeros", alongRows(zeros, AWQ_ORDER));
        } else {
            packed.put(module + ".qweight", alongColumns(codes));
            int[][] less = new int[groups][rows];
            for (int g = 0; g < groups; g++) {
                for (int row = 0; row < rows; row++) {
                    less[g][row] = zeros[g][row] - 1;
                }
            }
            packed.put(
                    module + ".qzeros",
                    alongRows(less, IntStream.range(0, Integer.SIZE / bits).toArray()));
            packed.put(module + ".g_idx", new TinyModel.Matrix(List.of((long) columns), groupOf));
        }
        return new TinyModel.Matrix(matrix.shape(), restored);
    }

    private int[] groups(int columns) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, columns).boxed().toList());
        if (sorted) {
            Collections.shuffle(order, new Random(columns));
        }
        int[] groups = new int[columns];
        for (int at = 0; at < columns; at++) {
            groups[order.get(at)] = at / group;
        }
        return groups;
    }

    /// A word holds some neighbours of a line; the one at place `p` is the `order[p]`-th of them.
    private TinyModel.Matrix alongRows(int[][] lines, int[] order) {
        int perWord = Integer.SIZE / bits;
        int wide = lines[0].length / perWord;
        int[] words = new int[lines.length * wide];
        for (int line = 0; line < lines.length; line++) {
            for (int word = 0; word < wide; word++) {
                for (int place = 0; place < perWord; place++) {
                    words[line * wide + word] |= lines[line][word * perWord + order[place]] << (place * bits);
                }
            }
        }
        return new TinyModel.Matrix(List.of((long) lines.length, (long) wide), words);
    }

    /// A word holds some neighbours of a column.
    private TinyModel.Matrix alongColumns(int[][] lines) {
        int perWord = Integer.SIZE / bits;
        int wide = lines[0].length;
        int[] words = new int[lines.length / perWord * wide];
        for (int line = 0; line < lines.length; line++) {
            for (int at = 0; at < wide; at++) {
                words[line / perWord * wide + at] |= lines[line][at] << (line % perWord * bits);
            }
        }
        return new TinyModel.Matrix(List.of((long) lines.length / perWord, (long) wide), words);
    }
}
