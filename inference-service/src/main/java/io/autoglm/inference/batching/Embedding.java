package io.autoglm.inference.batching;

import io.autoglm.inference.model.Pooling;
import java.nio.FloatBuffer;
import java.util.Arrays;

/// One text that is to become a vector of length 1: its prompt is read as any other, and nothing is generated. It
/// ends as {@link Ending.Stopped}; then the vector is there.
public final class Embedding extends Work {

    private final Pooling pooling;

    /// The last state, or the sum of all: double, since thousands of floats are added up. Only the loop's thread
    /// touches it, until the ending is told.
    private final double[] pooled;

    /// @param index         its place among those that share `events`
    /// @param prompt        at least one token; neither copied nor changed
    /// @param width         of a hidden state
    /// @param deadlineNanos on the loop's clock
    public Embedding(
            int index, int[] prompt, Pooling pooling, int width, Priority priority, long deadlineNanos, Events events) {
        super(index, prompt, prompt.length, priority, deadlineNanos, events);
        this.pooling = pooling;
        this.pooled = new double[width];
    }

    @Override
    int maxTokens() {
        return 0;
    }

    /// A mean takes the states of all tokens, and the KV cache does not keep them.
    @Override
    int reusable() {
        return switch (pooling) {
            case LAST -> promptTokens() - 1;
            case MEAN -> 0;
        };
    }

    /// The states of the next `rows` tokens.
    void read(FloatBuffer states, int rows) {
        int width = pooled.length;
        for (int i = 0; i < width; i++) {
            switch (pooling) {
                case LAST -> pooled[i] = states.get((rows - 1) * width + i);
                case MEAN -> {
                    for (int row = 0; row < rows; row++) {
                        pooled[i] += states.get(row * width + i);
                    }
                }
            }
        }
    }

    /// Whether the states say something: a direction.
    boolean sound() {
        double length = length(pooled);
        return Double.isFinite(length) && length > 0;
    }

    /// To be called once the ending was told; its length is 1.
    ///
    /// @param dimensions the first ones, 1 to all; shortened vectors are normalized anew, as those of
    ///                   matryoshka-trained models are meant to be used
    public float[] vector(int dimensions) {
        double[] kept = Arrays.copyOf(pooled, dimensions);
        double length = length(kept);
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (length > 0 ? kept[i] / length : 0);
        }
        return vector;
    }

    private static double length(double[] vector) {
        double squares = 0;
        for (double number : vector) {
            squares += number * number;
        }
        return Math.sqrt(squares);
    }
}
