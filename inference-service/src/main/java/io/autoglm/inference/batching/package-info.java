/// Continuous batching: which sequence gets the next step of the engine.
///
/// One thread, the {@link BatchLoop}, owns the decoder and the slots; everything else talks to it through the
/// {@link WaitingLine} (in), each request's {@link Events} (out) and the volatile figures of
/// {@link LoopStatus}. What a step does is decided by two pure functions, {@link Seating} (who gets a slot, and
/// which prefix is reused) and {@link BatchPlan} (who decodes, whose prompt goes on), which are tested without
/// an engine.
@NullMarked
package io.autoglm.inference.batching;

import org.jspecify.annotations.NullMarked;
