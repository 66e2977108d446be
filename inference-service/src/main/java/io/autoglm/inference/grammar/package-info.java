/// Answers of a given form: `response_format` becomes a byte-level [io.autoglm.inference.grammar.Grammar], walked
/// over the vocabulary's [io.autoglm.inference.grammar.TokenTrie] to find the tokens that may come next. What
/// comes out is valid, and it ends within the tokens that the answer has.
@NullMarked
package io.autoglm.inference.grammar;

import org.jspecify.annotations.NullMarked;
