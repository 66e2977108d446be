/// Tests of the corpus and of the held-out cases.
@NullMarked
package io.autoglm.nano.corpus;

import org.jspecify.annotations.NullMarked;
