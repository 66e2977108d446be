/// From logits to a token: [SamplingParameters] as a request gives them, a [Sampler] for each sequence, and a
/// [TokenConstraint] where the answer must have a form (JSON).
@NullMarked
package io.autoglm.inference.sampling;

import org.jspecify.annotations.NullMarked;
