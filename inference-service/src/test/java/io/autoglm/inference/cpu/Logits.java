package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;

/// Compares a row of logits with what it should be.
final class Logits {

    private Logits() {}

    static float[] copy(FloatBuffer logits) {
        float[] copy = new float[logits.remaining()];
        logits.get(logits.position(), copy);
        return copy;
    }

    static double error(FloatBuffer actual, float[] expected) {
        return error(actual, widen(expected));
    }

    /// The largest difference, in parts of the largest logit.
    static double error(FloatBuffer actual, double[] expected) {
        assertThat(actual.remaining()).isEqualTo(expected.length);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual.get(i)).isFinite();
            difference = Math.max(difference, Math.abs(actual.get(i) - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }

    static int largest(FloatBuffer logits) {
        return largest(widen(copy(logits)));
    }

    static int largest(double[] logits) {
        int largest = 0;
        for (int i = 1; i < logits.length; i++) {
            largest = logits[i] > logits[largest] ? i : largest;
        }
        return largest;
    }

    private static double[] widen(float[] numbers) {
        double[] wide = new double[numbers.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = numbers[i];
        }
        return wide;
    }
}
