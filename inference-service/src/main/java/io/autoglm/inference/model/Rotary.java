package io.autoglm.inference.model;

/// Rotary position embedding: which part of a head turns, how fast, and which of its numbers form a pair.
///
/// @param dims        leading numbers of each head that turn; the rest stay as they are
/// @param interleaved pairs are `(2i, 2i+1)` as in GLM, otherwise `(i, i + dims/2)` as in Llama
public record Rotary(double theta, int dims, boolean interleaved, Scaling scaling) {

    public sealed interface Scaling {}

    public record Unscaled() implements Scaling {}

    /// Positions are divided by `factor`.
    public record Linear(double factor) implements Scaling {}

    /// Llama 3.1: long wavelengths are divided by `factor`, short ones kept, a smooth ramp between.
    public record Llama3(double factor, double lowFrequency, double highFrequency, double originalPositions)
            implements Scaling {}

    /// Turns per position of each pair, `[dims / 2]`.
    public double[] frequencies() {
        double[] turns = new double[dims / 2];
        for (int i = 0; i < turns.length; i++) {
            turns[i] = scale(Math.pow(theta, -2.0 * i / dims));
        }
        return turns;
    }

    private double scale(double frequency) {
        return switch (scaling) {
            case Unscaled() -> frequency;
            case Linear(double factor) -> frequency / factor;
            case Llama3 llama -> scale(frequency, llama);
        };
    }

    // https://github.com/huggingface/transformers/blob/main/src/transformers/modeling_rope_utils.py, "llama3"
    private static double scale(double frequency, Llama3 llama) {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < llama.originalPositions / llama.highFrequency) {
            return frequency;
        }
        if (wavelength > llama.originalPositions / llama.lowFrequency) {
            return frequency / llama.factor;
        }
        double keep = (llama.originalPositions / wavelength - llama.lowFrequency)
                / (llama.highFrequency - llama.lowFrequency);
        return (1 - keep) * frequency / llama.factor + keep * frequency;
    }
}
