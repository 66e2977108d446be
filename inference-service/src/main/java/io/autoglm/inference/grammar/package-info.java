/// Answers of a given form: `response_format`, a [io.autoglm.inference.grammar.Guide], or a call that
/// `tool_choice` asks for becomes a byte-level [io.autoglm.inference.grammar.Grammar], walked over the
/// [io.autoglm.inference.grammar.Vocabulary] to find the tokens that may come next. What comes out is valid,
/// and where the answer has as many tokens as its shortest form has bytes, one more for the end, it ends
/// within them. With fewer it mostly does: [io.autoglm.inference.grammar.GrammarConstraint] says how. With
/// too few for any, [io.autoglm.inference.grammar.AnswerForm] refuses.
@NullMarked
package io.autoglm.inference.grammar;

import org.jspecify.annotations.NullMarked;
