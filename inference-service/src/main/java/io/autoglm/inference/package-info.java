/// The answer: model, engine, batching, sampling, text.
@NullMarked
package io.autoglm.inference;

import org.jspecify.annotations.NullMarked;
