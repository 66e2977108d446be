package io.autoglm.inference.batching;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A guess from a text of 32k tokens, which is read to its beginning unless a long match ends the search.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class DraftBenchmark {

    private static final int TOKENS = 32_768;
    private static final int GUESSED = 8;
    private static final int LAST_TOKENS = 1024;

    private final int[] words = words(new Random(12));
    private final int[] numbers =
            new Random(13).ints(0, 151_643).distinct().limit(TOKENS).toArray();
    private int at;

    /// Words as often as Zipf's law has them, so that the last ones stand in many places.
    @Benchmark
    public @Nullable Object ofWords() {
        return Draft.of(words, next(), GUESSED);
    }

    @Benchmark
    public @Nullable Object ofWhatNeverRepeats() {
        return Draft.of(numbers, next(), GUESSED);
    }

    /// Another end each time.
    private int next() {
        at = (at + 1) % LAST_TOKENS;
        return TOKENS - at;
    }

    private static int[] words(Random random) {
        int[] words = new int[TOKENS];
        for (int i = 0; i < TOKENS; i++) {
            // The rank of a word by Zipf's law is about e to a uniform number.
            words[i] = (int) Math.exp(random.nextDouble() * Math.log(20_000));
        }
        return words;
    }
}
