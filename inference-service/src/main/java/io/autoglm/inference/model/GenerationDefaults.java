package io.autoglm.inference.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `generation_config.json` says for requests that leave it open; null where it says nothing.
///
/// @param greedy      the model asks for greedy decoding (`do_sample: false`)
/// @param eosTokenIds tokens that end an answer; from `config.json` where this file has none
public record GenerationDefaults(
        boolean greedy,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer topK,
        @Nullable Double minP,
        @Nullable Double repetitionPenalty,
        List<Integer> eosTokenIds) {

    public GenerationDefaults {
        eosTokenIds = List.copyOf(eosTokenIds);
    }
}
