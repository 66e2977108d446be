package io.autoglm.inference.batching;

/// How often guesses at a sequence's next token were right, by how much of the text before them matched. An
/// exponential average over the last dozen or so, which also counts guesses that were not tried but would
/// have been right: so a text that begins to repeat itself late is found out at no cost.
final class DraftRecord {

    private static final double WEIGHT = 1.0 / 8;

    /// What is believed of a text of which nothing is known: by [#kind].
    private static final double[] BELIEVED = {0.3, 0.6, 0.8};

    private static final int[] LONGEST = {2, 4};

    private final double[] right = BELIEVED.clone();

    /// The part of guesses after such a match that are right, 0…1.
    double rate(int match) {
        return right[kind(match)];
    }

    void observe(int match, boolean wasRight) {
        int kind = kind(match);
        right[kind] += WEIGHT * ((wasRight ? 1 : 0) - right[kind]);
    }

    private static int kind(int match) {
        int kind = 0;
        while (kind < LONGEST.length && match > LONGEST[kind]) {
            kind++;
        }
        return kind;
    }
}
