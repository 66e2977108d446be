package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.model.ReferenceForward;
import io.autoglm.inference.model.TinyModel;
import java.nio.FloatBuffer;
import java.util.Random;

/// What a decoder must do whatever its graph comes from: answer as the plain-Java pass does.
final class DecoderChecks {

    static final double FLOAT32_ERROR = 1e-5;

    private DecoderChecks() {}

    static int[] tokens(long seed, int count) {
        return new Random(seed).ints(count, 0, TinyModel.VOCABULARY).toArray();
    }

    /// Logits within float32's error, and the same greedy tokens.
    static void answersAs(TinyModel tiny, Decoder decoder) {
        int[] prompt = tokens(7, 24);
        ReferenceForward reference = new ReferenceForward(tiny);
        FloatBuffer logits = decoder.prefill(2, 0, prompt, 0, prompt.length);
        double[] expected = reference.run(prompt).getLast();

        for (int position = prompt.length; position < 60; position++) {
            assertThat(Logits.error(logits, expected)).isLessThan(FLOAT32_ERROR);
            int token = Logits.largest(expected);
            assertThat(Logits.largest(logits)).isEqualTo(token);
            logits = decoder.decode(2, new int[] {token}, new int[] {position});
            expected = reference.run(token).getLast();
        }
    }

    /// Sequences of different lengths share steps without touching each other.
    static void sharesStepsAs(TinyModel tiny, Decoder decoder) {
        int[] lengths = {31, 1, 18};
        ReferenceForward[] references = new ReferenceForward[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            references[i] = new ReferenceForward(tiny);
            references[i].run(tokens(i, lengths[i]));
            decoder.prefill(1 + i, 0, tokens(i, lengths[i]), 0, lengths[i]);
        }
        for (int step = 0; step < 12; step++) {
            int[] next = tokens(100 + step, lengths.length);
            int[] positions = {lengths[0] + step, lengths[1] + step, lengths[2] + step};
            FloatBuffer logits = decoder.decode(1, next, positions);

            for (int i = 0; i < lengths.length; i++) {
                FloatBuffer row = logits.slice(i * TinyModel.VOCABULARY, TinyModel.VOCABULARY);
                assertThat(Logits.error(row, references[i].run(next[i]).getLast()))
                        .isLessThan(FLOAT32_ERROR);
            }
        }
    }
}
