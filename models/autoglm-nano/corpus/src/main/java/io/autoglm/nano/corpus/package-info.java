/// What AutoGLM nano is trained on, and the held-out cases that measure it.
@NullMarked
package io.autoglm.nano.corpus;

import org.jspecify.annotations.NullMarked;
