package io.autoglm.inference.sampling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The next token of a sequence.
///
/// @param logprob null where the request did not ask for logprobs
/// @param top     the likeliest tokens, best first, as many as the request asked for
public record SampledToken(int token, @Nullable Float logprob, List<TokenLogprob> top) {}
