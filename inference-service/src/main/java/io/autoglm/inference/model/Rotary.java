package io.autoglm.inference.model;

/// Rotary position embedding: which part of a head turns, how fast, and which of its numbers form a pair.
///
/// The formulas of the scalings are those of
/// <https://github.com/huggingface/transformers/blob/main/src/transformers/modeling_rope_utils.py>.
///
/// @param dims        leading numbers of each head that turn; the rest stay as they are
/// @param interleaved pairs are `(2i, 2i+1)` as in GLM, otherwise `(i, i + dims/2)` as in Llama
public record Rotary(double theta, int dims, boolean interleaved, Scaling scaling) {

    /// How a model was stretched beyond the positions that it was trained on.
    public sealed interface Scaling {}

    public record Unscaled() implements Scaling {}

    /// Positions are divided by `factor`.
    public record Linear(double factor) implements Scaling {}

    /// The base grows with the length beyond `originalPositions`. `transformers` lets it grow while a text
    /// does, and leaves keys that it has cached at the base they were turned with; here, as in vLLM, it is
    /// the one base of the longest text that there is room for.
    public record Dynamic(double factor, double originalPositions) implements Scaling {}

    /// YaRN, <https://arxiv.org/abs/2309.00071>: pairs that turn more than `betaFast` times within
    /// `originalPositions` are kept, those that turn less than `betaSlow` times are divided by `factor`, a
    /// ramp between.
    ///
    /// @param truncate  the ends of the ramp are rounded to whole pairs
    /// @param amplitude what queries and keys are multiplied by
    public record Yarn(
            double factor,
            double originalPositions,
            double betaFast,
            double betaSlow,
            boolean truncate,
            double amplitude)
            implements Scaling {

        /// The amplitude that the paper gives a factor.
        public static double amplitude(double factor, double weight) {
            return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
        }
    }

    /// Llama 3.1: long wavelengths are divided by `factor`, short ones kept, a smooth ramp between.
    public record Llama3(double factor, double lowFrequency, double highFrequency, double originalPositions)
            implements Scaling {}

    /// Turns per position of each pair, `[dims / 2]`.
    ///
    /// @param positions of the longest text that there is room for
    public double[] frequencies(int positions) {
        double[] turns = new double[dims / 2];
        double base = scaling instanceof Dynamic dynamic ? stretched(dynamic, positions) : theta;
        for (int pair = 0; pair < turns.length; pair++) {
            double frequency = Math.pow(base, -2.0 * pair / dims);
            turns[pair] = switch (scaling) {
                case Unscaled() -> frequency;
                case Dynamic dynamic -> frequency;
                case Linear(double factor) -> frequency / factor;
                case Yarn yarn -> scale(frequency, pair, yarn);
                case Llama3 llama -> scale(frequency, llama);
            };
        }
        return turns;
    }

    /// What the cosines and sines are multiplied by.
    public double amplitude() {
        return scaling instanceof Yarn yarn ? yarn.amplitude : 1;
    }

    private double stretched(Dynamic dynamic, int positions) {
        double length = Math.max(positions, dynamic.originalPositions);
        double growth = dynamic.factor * length / dynamic.originalPositions - (dynamic.factor - 1);
        return theta * Math.pow(growth, dims / (dims - 2.0));
    }

    private double scale(double frequency, int pair, Yarn yarn) {
        double first = pairThatTurns(yarn.betaFast, yarn);
        double last = pairThatTurns(yarn.betaSlow, yarn);
        double low = Math.max(yarn.truncate ? Math.floor(first) : first, 0);
        double high = Math.min(yarn.truncate ? Math.ceil(last) : last, dims - 1.0);
        double width = high == low ? 0.001 : high - low;
        double divided = Math.clamp((pair - low) / width, 0, 1);
        return divided * frequency / yarn.factor + (1 - divided) * frequency;
    }

    /// The pair, as a fraction, that turns so many times within the original positions.
    private double pairThatTurns(double times, Yarn yarn) {
        return dims * Math.log(yarn.originalPositions / (times * 2 * Math.PI)) / (2 * Math.log(theta));
    }

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
