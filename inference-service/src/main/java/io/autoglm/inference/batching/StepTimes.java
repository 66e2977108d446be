package io.autoglm.inference.batching;

/// How long a prefill chunk may be without making running answers stutter.
///
/// `chunk = (budget − decode) / prefill per token`, within 1/4 of the largest chunk and all of it; both times are
/// exponential averages over the last dozen steps. Where nothing decodes, the chunk is the largest.
final class StepTimes {

    private static final double WEIGHT = 1.0 / 12;

    private final long budgetNanos;
    private final int largestChunk;
    private double decodeNanos;
    private double prefillNanosPerToken;

    StepTimes(long budgetNanos, int largestChunk) {
        this.budgetNanos = budgetNanos;
        this.largestChunk = largestChunk;
    }

    int chunk(boolean decoding) {
        if (!decoding || prefillNanosPerToken == 0) {
            return largestChunk;
        }
        double fits = ((double) budgetNanos - decodeNanos) / prefillNanosPerToken;
        return (int) Math.clamp(fits, Math.max(1, largestChunk / 4), largestChunk);
    }

    void decoded(long nanos) {
        decodeNanos = average(decodeNanos, (double) nanos);
    }

    void prefilled(int tokens, long nanos) {
        prefillNanosPerToken = average(prefillNanosPerToken, (double) nanos / tokens);
    }

    private static double average(double before, double now) {
        return before == 0 ? now : before + WEIGHT * (now - before);
    }
}
