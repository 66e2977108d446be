package io.autoglm.inference.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A set of characters, by its ranges: all but one of Unicode's are a few bytes. Immutable, equal by content.
final class CodePoints {

    static final CodePoints NONE = new CodePoints(new int[0], 0);

    private static final int END = Character.MAX_CODE_POINT + 1;

    /// Where a range begins and where it has ended, in turn, ascending.
    private final int[] bounds;

    private final int hash;

    private CodePoints(int[] bounds, int length) {
        this.bounds = Arrays.copyOf(bounds, length);
        this.hash = Arrays.hashCode(this.bounds);
    }

    static CodePoints of(int codePoint) {
        return range(codePoint, codePoint);
    }

    /// @param to inclusive
    static CodePoints range(int from, int to) {
        return new CodePoints(new int[] {from, to + 1}, 2);
    }

    static CodePoints where(IntPredicate has) {
        int[] bounds = new int[16];
        int length = 0;
        for (int i = 0; i <= END; i++) {
            boolean in = i < END && has.test(i);
            if (in != (length % 2 == 1)) {
                bounds = length == bounds.length ? Arrays.copyOf(bounds, 2 * length) : bounds;
                bounds[length++] = i;
            }
        }
        return new CodePoints(bounds, length);
    }

    static CodePoints union(List<CodePoints> sets) {
        int[][] ranges = sets.stream()
                .flatMap(CodePoints::ranges)
                .sorted(Comparator.comparingInt(range -> range[0]))
                .toArray(int[][]::new);
        int[] bounds = new int[2 * ranges.length];
        int length = 0;
        for (int[] range : ranges) {
            if (length > 0 && range[0] <= bounds[length - 1]) {
                bounds[length - 1] = Math.max(bounds[length - 1], range[1]);
            } else {
                bounds[length++] = range[0];
                bounds[length++] = range[1];
            }
        }
        return new CodePoints(bounds, length);
    }

    private static Stream<int[]> ranges(CodePoints set) {
        return IntStream.range(0, set.bounds.length / 2).mapToObj(i ->
                new int[] {set.bounds[2 * i], set.bounds[2 * i + 1]});
    }

    CodePoints without(CodePoints others) {
        int[] kept = new int[bounds.length + others.bounds.length];
        int length = 0;
        int mine = 0;
        int theirs = 0;
        while (mine < bounds.length || theirs < others.bounds.length) {
            int next = Math.min(bound(mine), others.bound(theirs));
            mine += bound(mine) == next ? 1 : 0;
            theirs += others.bound(theirs) == next ? 1 : 0;
            boolean in = mine % 2 == 1 && theirs % 2 == 0;
            if (in != (length % 2 == 1)) {
                kept[length++] = next;
            }
        }
        return new CodePoints(kept, length);
    }

    private int bound(int index) {
        return index < bounds.length ? bounds[index] : Integer.MAX_VALUE;
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    /// The only one, or -1.
    int single() {
        return bounds.length == 2 && bounds[1] == bounds[0] + 1 ? bounds[0] : -1;
    }

    boolean has(int codePoint) {
        return boundsUpTo(codePoint) % 2 == 1;
    }

    /// @param to exclusive, as below
    boolean hasAll(int from, int to) {
        int before = boundsUpTo(from);
        return before % 2 == 1 && bounds[before] >= to;
    }

    boolean hasNone(int from, int to) {
        int before = boundsUpTo(from);
        return from >= to || (before % 2 == 0 && bound(before) >= to);
    }

    private int boundsUpTo(int codePoint) {
        int at = Arrays.binarySearch(bounds, codePoint);
        return at < 0 ? -at - 1 : at + 1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CodePoints set && hash == set.hash && Arrays.equals(bounds, set.bounds);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
