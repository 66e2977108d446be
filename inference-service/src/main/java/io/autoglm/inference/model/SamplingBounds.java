package io.autoglm.inference.model;

/// The ranges of what a request may ask of the sampling. A model's own defaults must keep them too: one
/// outside would fail every request that leaves it open.
public final class SamplingBounds {

    /// From 0.
    public static final double MOST_TEMPERATURE = 2;

    /// Above 0.
    public static final double MOST_TOP_P = 1;

    /// For all tokens, as 0 is.
    public static final int TOP_K_ALL = -1;

    /// From 0.
    public static final double MOST_MIN_P = 1;

    /// Above 0.
    public static final double MOST_REPETITION_PENALTY = 2;

    private SamplingBounds() {}
}
