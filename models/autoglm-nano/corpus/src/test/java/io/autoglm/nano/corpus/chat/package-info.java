/// Tests of the corpus and of the held-out cases.
@NullMarked
package io.autoglm.nano.corpus.chat;

import org.jspecify.annotations.NullMarked;
