package io.autoglm.inference.sampling;

import java.nio.FloatBuffer;
import java.util.Arrays;

/// The buffers in which a row of logits becomes a token, shared by all samplers of one batch loop's thread, so
/// that a token costs no allocation of the vocabulary's size (152k floats for Qwen, 600 kB).
public final class SamplerWorkspace {

    private final int width;
    final int vocabulary;
    final float[] logits;
    final long[] mask;

    /// Candidates, packed by [#key]; sorted ascending, so the best are at the end.
    final long[] keys;

    final Weights weights;

    private float max;
    private int argmax;

    /// @param width      of a row of logits
    /// @param vocabulary tokens that the tokenizer knows, the only ones that are drawn; at most `width`
    public SamplerWorkspace(int width, int vocabulary) {
        if (vocabulary < 1 || vocabulary > width) {
            throw new IllegalArgumentException("a vocabulary of " + vocabulary + " tokens over logits of " + width);
        }
        this.width = width;
        this.vocabulary = vocabulary;
        this.logits = new float[vocabulary];
        this.mask = new long[(vocabulary + 63) / 64];
        this.keys = new long[vocabulary];
        this.weights = new Weights(logits, keys);
    }

    /// Tokens that can be drawn.
    public int vocabulary() {
        return vocabulary;
    }

    /// Takes over one row.
    ///
    /// @throws BadLogitsException if it has a NaN or no finite largest value
    void load(FloatBuffer rows, int row) {
        rows.get(row * width, logits, 0, vocabulary);
        boolean ordered = scan();
        if (!ordered || !Float.isFinite(max)) {
            throw new BadLogitsException(
                    ordered ? "the largest logit is " + max : "the engine gave NaN for a logit of the next token");
        }
    }

    /// What the engine gave for one token, whatever has become of it since.
    float raw(FloatBuffer rows, int row, int token) {
        return rows.get(row * width + token);
    }

    /// Finds the likeliest again, after logits have changed.
    ///
    /// @return false if there is a NaN among them
    boolean scan() {
        float largest = Float.NEGATIVE_INFINITY;
        int best = 0;
        boolean ordered = true;
        for (int i = 0; i < vocabulary; i++) {
            float logit = logits[i];
            ordered &= !Float.isNaN(logit);
            if (logit > largest) {
                largest = logit;
                best = i;
            }
        }
        max = largest;
        argmax = best;
        return ordered;
    }

    float max() {
        return max;
    }

    /// The first of the likeliest.
    int argmax() {
        return argmax;
    }

    /// Puts the `k` best of those at or above `floor` into `keys[0, n)`, ascending; equal logits by lower id. A
    /// heap of `k` is enough: most of the row fails the first comparison.
    ///
    /// @return n, fewer than `k` where there are fewer
    int best(int k, double floor) {
        int size = 0;
        float least = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabulary; i++) {
            // Of equal ones the first is the better.
            if (logits[i] <= least || logits[i] < floor) {
                continue;
            }
            long key = key(logits[i], i);
            if (size < k) {
                keys[size] = key;
                siftUp(size++);
            } else {
                keys[0] = key;
                siftDown(size);
            }
            if (size == k) {
                least = logits[token(keys[0])];
            }
        }
        Arrays.sort(keys, 0, size);
        return size;
    }

    /// Excludes the tokens that are not in a set of one bit for each.
    void apply(long[] set) {
        for (int word = 0; word < set.length; word++) {
            long allowed = set[word];
            if (allowed == -1L) {
                continue;
            }
            int end = Math.min(vocabulary, (word + 1) * 64);
            for (int i = word * 64; i < end; i++) {
                if ((allowed >>> i & 1) == 0) {
                    logits[i] = Float.NEGATIVE_INFINITY;
                }
            }
        }
    }

    /// Excludes some tokens, unless that leaves none, and finds the likeliest again.
    void forbid(int[] tokens) {
        if (tokens.length == 0) {
            return;
        }
        float[] before = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            before[i] = logits[tokens[i]];
            logits[tokens[i]] = Float.NEGATIVE_INFINITY;
        }
        scan();
        if (max == Float.NEGATIVE_INFINITY) {
            // The other way round, for a token may stand there twice.
            for (int i = tokens.length - 1; i >= 0; i--) {
                logits[tokens[i]] = before[i];
            }
            scan();
        }
    }

    /// Orders as (logit, then lower id) does.
    static long key(float logit, int id) {
        int bits = Float.floatToRawIntBits(logit);
        int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ordered << 32) | (Integer.MAX_VALUE - id);
    }

    static int token(long key) {
        return Integer.MAX_VALUE - (int) key;
    }

    private void siftUp(int at) {
        int child = at;
        while (child > 0) {
            int parent = (child - 1) / 2;
            if (keys[parent] <= keys[child]) {
                return;
            }
            swap(parent, child);
            child = parent;
        }
    }

    private void siftDown(int size) {
        int parent = 0;
        while (true) {
            int child = 2 * parent + 1;
            if (child >= size) {
                return;
            }
            if (child + 1 < size && keys[child + 1] < keys[child]) {
                child++;
            }
            if (keys[parent] <= keys[child]) {
                return;
            }
            swap(parent, child);
            parent = child;
        }
    }

    private void swap(int a, int b) {
        long kept = keys[a];
        keys[a] = keys[b];
        keys[b] = kept;
    }
}
