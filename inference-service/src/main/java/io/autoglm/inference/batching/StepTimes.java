package io.autoglm.inference.batching;

import java.util.stream.IntStream;

/// What steps take, as exponential averages over the last dozen of a kind, and what follows from it: how long
/// a prefill chunk may be without making running answers stutter, and how many guessed tokens are worth
/// checking.
///
/// `chunk = (budget − decode or check) / prefill per token`, within 1/4 of the largest chunk and all of it.
/// Where nothing decodes, a chunk of a second, within the largest and four times as much: longer ones are
/// read 4 % faster (chunks of 32 and 128, 0.5B parameters), and who comes meanwhile waits no longer than
/// that.
final class StepTimes {

    private static final double WEIGHT = 1.0 / 12;

    /// Steps after which a check is tried again: one that took long may have been an accident. Where all
    /// eight always take ten times as long as a plain step, that costs a thirtieth of the time.
    private static final int REMEMBERED = 2048;

    /// A gain below it is within what the averages are wrong by.
    private static final double LEAST_GAIN = 1.05;

    private static final int UNDISTURBED = 4;
    private static final double UNDISTURBED_NANOS = 1e9;

    private final long budgetNanos;
    private final int largestChunk;

    /// What a check of so many guesses takes, in plain steps; 0 where none was measured. Both grow with the
    /// text before them, their ratio hardly.
    private final double[] checkSteps;

    /// Of sequences that decode alone.
    private long steps;

    /// When such a check was last measured, in those steps.
    private final long[] checkedAt;

    private double decodeNanos;
    private double singleNanos;
    private double prefillNanosPerToken;

    /// @param draftTokens that are guessed at once, at most
    StepTimes(long budgetNanos, int largestChunk, int draftTokens) {
        this.budgetNanos = budgetNanos;
        this.largestChunk = largestChunk;
        this.checkSteps = new double[draftTokens + 1];
        this.checkedAt = new long[draftTokens + 1];
    }

    int chunk(boolean decoding) {
        if (prefillNanosPerToken == 0) {
            return largestChunk;
        }
        if (!decoding) {
            return (int) Math.clamp(UNDISTURBED_NANOS / prefillNanosPerToken, largestChunk, UNDISTURBED * largestChunk);
        }
        double fits = ((double) budgetNanos - decodeNanos) / prefillNanosPerToken;
        return (int) Math.clamp(fits, Math.max(1, largestChunk / 4), largestChunk);
    }

    /// How many of `most` guessed tokens to check in one step, so that tokens come fastest:
    ///
    /// `gain(n) = (1 + r + … + rⁿ) / time of a step with n, in steps without`
    ///
    /// @param rate r, the part of guesses that are right
    /// @return 0 where a plain step is as good
    int worthChecking(double rate, int most) {
        int best = 0;
        double bestGain = LEAST_GAIN;
        double expected = 1;
        double power = 1;
        for (int drafts = 1; drafts <= Math.min(most, checkSteps.length - 1); drafts++) {
            power *= rate;
            expected += power;
            double gain = singleNanos == 0 ? 0 : expected / checkTime(drafts);
            if (gain > bestGain) {
                bestGain = gain;
                best = drafts;
            }
        }
        return best;
    }

    private double checkTime(int drafts) {
        double measured = measured(drafts);
        return measured > 0 ? measured : supposed(drafts);
    }

    /// In plain steps; 0 where none was of late.
    private double measured(int drafts) {
        return steps - checkedAt[drafts] < REMEMBERED ? checkSteps[drafts] : 0;
    }

    /// At least the time of the longest shorter check, and of reading as many tokens of a prompt, which is a
    /// little too fast: so it is tried, and known then.
    private double supposed(int drafts) {
        double shorter =
                IntStream.range(0, drafts).mapToDouble(this::measured).max().orElse(0);
        return Math.max(Math.max(1, shorter), (drafts + 1) * prefillNanosPerToken / singleNanos);
    }

    void decoded(int sequences, long nanos) {
        decodeNanos = average(decodeNanos, (double) nanos);
        if (sequences == 1) {
            singleNanos = average(singleNanos, (double) nanos);
            steps++;
        }
    }

    void checked(int drafts, long nanos) {
        decodeNanos = average(decodeNanos, (double) nanos);
        if (singleNanos > 0) {
            checkSteps[drafts] = average(measured(drafts), nanos / singleNanos);
            checkedAt[drafts] = ++steps;
        }
    }

    /// The last tokens of a prompt, which read the weights for few, count for as little as they are.
    void prefilled(int tokens, long nanos) {
        double weight = WEIGHT * Math.min(1, (double) tokens / largestChunk);
        prefillNanosPerToken = average(prefillNanosPerToken, (double) nanos / tokens, weight);
    }

    private static double average(double before, double now) {
        return average(before, now, WEIGHT);
    }

    private static double average(double before, double now, double weight) {
        return before == 0 ? now : before + weight * (now - before);
    }
}
