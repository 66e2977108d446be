package io.autoglm.inference.text;

import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// The text of a token: words, and every tenth token a single byte of one of Chinese's three.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class TextStreamBenchmark {

    private static final int ANSWER_TOKENS = 1024;

    private final TokenBytes vocabulary = WordVocabulary.make();
    private final int[] tokens = tokens(new Random(9));
    private TextStream stream = new TextStream(vocabulary, false, false);
    private int at;

    @Benchmark
    public String token() {
        if (at == ANSWER_TOKENS) {
            at = 0;
            stream = new TextStream(vocabulary, false, false);
        }
        return stream.append(tokens[at++]);
    }

    private static int[] tokens(Random random) {
        int[] tokens = new int[ANSWER_TOKENS];
        for (int i = 0; i < ANSWER_TOKENS; i++) {
            tokens[i] = random.nextInt(256, WordVocabulary.TOKENS - 1);
        }
        byte[] character = {(byte) 0xe4, (byte) 0xbd, (byte) 0xa0};
        for (int i = 0; i + character.length <= ANSWER_TOKENS; i += 10 * character.length) {
            for (int part = 0; part < character.length; part++) {
                tokens[i + part] = character[part] & 0xff;
            }
        }
        return tokens;
    }
}
