package io.autoglm.inference.api;

import io.autoglm.inference.sampling.SampledToken;

/// A token in its place in the answer.
///
/// @param offset code points of the answer's text before it; of several tokens that make up one character,
///               all have the offset of that character
record AnswerToken(SampledToken sampled, int offset) {}
