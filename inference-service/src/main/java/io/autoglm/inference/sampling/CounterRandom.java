package io.autoglm.inference.sampling;

/// Random numbers by counter, not by state: the draw for a position of a sequence is a function of (seed,
/// position) alone. A sequence that is continued elsewhere, preempted, or batched with others therefore gets the
/// tokens it would have got.
///
/// The function is SplitMix64's (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA
/// 2014): its generator is a counter in steps of the golden gamma, put through Stafford's finalizer "Mix13". The
/// seed goes through the finalizer first, so that neighbouring seeds do not give shifted copies of one stream.
final class CounterRandom {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private static final double ULP = 0x1p-53;

    private CounterRandom() {}

    /// Uniform over [0, 1), 53 bits.
    static double uniform(long seed, long position) {
        return (bits(seed, position) >>> 11) * ULP;
    }

    static long bits(long seed, long position) {
        return mix(mix(seed + GOLDEN_GAMMA) + (position + 1) * GOLDEN_GAMMA);
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
