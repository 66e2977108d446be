/// Wording: phrase grammars, the phrase books written in them, word lists, and the seeded draws from both.
///
/// Everything here is deterministic: the same seed draws the same text on every machine. Nothing is thread-safe; a
/// [io.autoglm.nano.corpus.phrase.Draw] belongs to one thread.
@NullMarked
package io.autoglm.nano.corpus.phrase;

import org.jspecify.annotations.NullMarked;
