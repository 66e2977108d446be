/// The skills of the model, each a generator of scenes: conversations that end in the answer wanted, with a check of
/// it.
///
/// The same generator makes training text and held-out cases; only the [io.autoglm.nano.corpus.phrase.Wording] of its
/// draw differs.
@NullMarked
package io.autoglm.nano.corpus.skill;

import org.jspecify.annotations.NullMarked;
