package io.autoglm.inference.api;

/// The most tokens that an answer may have, its end included.
///
/// @param field of the request that leaves it no more
record AnswerLimit(int tokens, String field) {}
