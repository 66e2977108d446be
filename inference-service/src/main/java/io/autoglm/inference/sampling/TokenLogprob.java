package io.autoglm.inference.sampling;

/// The natural logarithm of a token's probability, before temperature, penalties and constraint.
public record TokenLogprob(int token, float logprob) {}
