package io.autoglm.inference.batching;

import io.autoglm.inference.sampling.SampledToken;

/// What the batch loop tells whoever asked, in order: tokens, then one `Ended`.
///
/// `index` is the place of the generation among those that share an {@link Events}.
public sealed interface GenerationEvent {

    int index();

    record Token(int index, SampledToken sampled) implements GenerationEvent {}

    record Ended(int index, Ending ending) implements GenerationEvent {}
}
