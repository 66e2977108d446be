/// The OpenAI REST API of one instance, on plain Vert.x routes.
///
/// A request's body is read on the event loop. Then it has a virtual thread of its own, written as straight
/// code: hand what takes the processor (check, render, tokenize) to {@link Preparation} and wait for it,
/// submit to the batch loop, turn tokens into text, write. Start reading at {@link Routes} and {@link
/// ChatCompletions}. Refusals are {@link Refusal}s, turned into status and body in one place, {@link
/// ErrorBody}.
@NullMarked
package io.autoglm.inference.api;

import org.jspecify.annotations.NullMarked;
