package io.autoglm.inference.sampling;

import java.util.Arrays;

/// What the tokens of a row weigh against each other, `e^(scale · (logit − max))`, and draws by it.
///
/// A draw from the fewest likeliest tokens that hold top_p asks for their order, but sorting 152k logits takes
/// ten times as long as all else. So weights are added up in buckets by how far their logit is below the
/// largest, and only two buckets are ever sorted: the one in which top_p is reached, and the one that the draw
/// falls into. What is drawn is what it would be with all sorted.
final class Weights {

    /// Weights below e^-50 are dropped: 152k of them together stay under the 2^-53 that one draw can resolve.
    private static final int REACH = 50;

    /// Buckets of a unit. Of a normal distribution over 152k tokens, none holds more than some thousand.
    private static final int PER_UNIT = 20;

    private static final int BUCKETS = REACH * PER_UNIT;

    /// The largest weight of each bucket.
    private static final double[] LARGEST = new double[BUCKETS + 1];

    static {
        for (int bucket = 0; bucket <= BUCKETS; bucket++) {
            LARGEST[bucket] = StrictMath.exp(-(double) bucket / PER_UNIT);
        }
    }

    private final float[] logits;
    private final long[] keys;
    private final double[] sums = new double[BUCKETS + 1];
    private double whole;

    /// Of each token; -1 for one that weighs nothing.
    private final int[] buckets;

    /// Of each token, of the largest weight of its bucket.
    private final double[] shares;

    /// @param keys receives the tokens of a bucket
    Weights(float[] logits, long[] keys) {
        this.logits = logits;
        this.keys = keys;
        this.buckets = new int[logits.length];
        this.shares = new double[logits.length];
    }

    /// The weight of one token; 0 where it is negligible. Off by less than 1e-12 of itself.
    static double of(float logit, float max, double scale) {
        if (logit < lowest(max, scale)) {
            return 0;
        }
        double depth = depth(logit, max, scale * PER_UNIT);
        int bucket = (int) depth;
        return LARGEST[bucket] * share(depth - bucket);
    }

    private static double lowest(float max, double scale) {
        return max - REACH / scale;
    }

    /// How far a logit is below the largest, in buckets.
    private static double depth(float logit, float max, double perLogit) {
        return (max - (double) logit) * perLogit;
    }

    /// Of the largest weight of its bucket, by how far below that a token is: e^-x for x up to a twentieth.
    ///
    /// Not `Math.exp`: a loop over these sums and products becomes vector instructions, which take a fifth of
    /// the time, and they are the same number on every machine.
    ///
    /// @param depth 0 to 1, in buckets
    private static double share(double depth) {
        double x = depth * (1.0 / PER_UNIT);
        return 1 - x * (1 - x * (1.0 / 2 - x * (1.0 / 6 - x * (1.0 / 24 - x * (1.0 / 120 - x * (1.0 / 720))))));
    }

    /// Weighs the logits as they are now.
    ///
    /// @param max   the largest logit
    /// @param floor logits below it weigh nothing
    /// @return the sum
    double sum(float max, double scale, double floor) {
        weigh(max, scale * PER_UNIT);
        Arrays.fill(sums, 0);
        double least = Math.max(floor, lowest(max, scale));
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] >= least) {
                sums[buckets[i]] += shares[i];
            } else {
                buckets[i] = -1;
            }
        }
        whole = 0;
        for (int bucket = 0; bucket <= BUCKETS; bucket++) {
            sums[bucket] *= LARGEST[bucket];
            whole += sums[bucket];
        }
        return whole;
    }

    /// Without a branch, so that it becomes vector instructions: what is too low comes out as nonsense here.
    private void weigh(float max, double perLogit) {
        for (int i = 0; i < logits.length; i++) {
            double depth = depth(logits[i], max, perLogit);
            int bucket = (int) depth;
            buckets[i] = bucket;
            shares[i] = share(depth - bucket);
        }
    }

    /// Draws from the fewest likeliest that hold `topP` of the [#sum].
    ///
    /// @param uniform over [0, 1)
    int draw(double topP, double uniform) {
        double aim = topP * whole;
        double kept = 0;
        int last = 0;
        while (kept + sums[last] < aim) {
            kept += sums[last++];
        }
        int n = sorted(last);
        int least = n;
        while (least > 0 && (kept < aim || least == n)) {
            kept += of(keys[--least]);
        }
        double left = uniform * kept;
        for (int bucket = 0; bucket < last; bucket++) {
            if (left < sums[bucket]) {
                return draw(sorted(bucket), 0, left);
            }
            left -= sums[bucket];
        }
        return draw(n, least, left);
    }

    /// The token that the draw falls on, of `keys[least, n)` from the likeliest down.
    private int draw(int n, int least, double target) {
        double left = target;
        for (int i = n - 1; i > least; i--) {
            left -= of(keys[i]);
            if (left < 0) {
                return SamplerWorkspace.token(keys[i]);
            }
        }
        return SamplerWorkspace.token(keys[least]);
    }

    private double of(long key) {
        int token = SamplerWorkspace.token(key);
        return LARGEST[buckets[token]] * shares[token];
    }

    /// Puts the tokens of a bucket into `keys[0, n)`, ascending.
    private int sorted(int bucket) {
        int n = 0;
        for (int i = 0; i < buckets.length; i++) {
            if (buckets[i] == bucket) {
                keys[n++] = SamplerWorkspace.key(logits[i], i);
            }
        }
        Arrays.sort(keys, 0, n);
        return n;
    }
}
