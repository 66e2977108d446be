package io.autoglm.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `config.json` and `generation_config.json`, each field under the names and defaults that Hugging Face's
/// `transformers` gives it.
final class ConfigReader {

    private static final double LEAST_ABOVE_0 = Double.MIN_VALUE;

    private final Json config;
    private final Family family;

    ConfigReader(Json config) {
        this.config = config;
        this.family = family(config);
    }

    private static Family family(Json config) {
        JsonNode names = config.node().path("architectures");
        if (!names.isArray() || names.isEmpty() || !names.get(0).isTextual()) {
            throw config.wrong("architectures", "a list of one name");
        }
        String name = names.get(0).textValue();
        return Family.of(name)
                .orElseThrow(
                        () -> config.refuse("unknown architecture " + name + "; this engine knows " + Family.known()));
    }

    DecoderConfig decoder() {
        refuseWhatIsNotUnderstood();
        int hidden = config.positive("hidden_size");
        Attention attention = attention(hidden);
        return new DecoderConfig(
                family,
                config.positive("vocab_size"),
                hidden,
                config.positive("num_hidden_layers"),
                attention,
                rotary(attention.headDim()),
                config.positive("intermediate_size"),
                (float) config.number("rms_norm_eps", family.is(Family.Trait.INTERLEAVED) ? 1.5625e-7 : 1e-6),
                config.positive("max_position_embeddings"),
                family.is(Family.Trait.SANDWICH_NORMS),
                config.flag("tie_word_embeddings", false),
                config.flag("mlp_bias", false));
    }

    private void refuseWhatIsNotUnderstood() {
        String activation = config.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw config.refuse("hidden_act " + activation + " is not supported, only silu");
        }
        if (config.has("quantization_config")) {
            throw config.refuse("a checkpoint that is quantized already is not supported; give the original weights,"
                    + " and autoglm.weights=int4 or int8");
        }
        if (!family.is(Family.Trait.SLIDING_WINDOW) && config.flag("use_sliding_window", false)) {
            throw config.refuse("use_sliding_window is not supported for " + family.architecture());
        }
    }

    private Attention attention(int hidden) {
        int heads = config.positive("num_attention_heads");
        int kvHeads = config.positive("num_key_value_heads", heads);
        if (heads % kvHeads != 0) {
            throw config.refuse(
                    "num_attention_heads " + heads + " is not a multiple of num_key_value_heads " + kvHeads);
        }
        if (!config.has("head_dim") && hidden % heads != 0) {
            throw config.refuse("hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads);
        }
        boolean bias = config.flag("attention_bias", false);
        return new Attention(
                heads,
                kvHeads,
                config.positive("head_dim", hidden / heads),
                bias || family.is(Family.Trait.ALWAYS_INPUT_BIAS),
                bias && family.is(Family.Trait.BIAS_ON_OUTPUT_TOO),
                family.is(Family.Trait.HEAD_NORM),
                family.is(Family.Trait.SLIDING_WINDOW) ? config.positive("sliding_window", 0x7fffffff) : 0);
    }

    private Rotary rotary(int headDim) {
        Json rope = config.has("rope_parameters") ? config.object("rope_parameters") : config;
        boolean interleaved = family.is(Family.Trait.INTERLEAVED);
        double part =
                rope.number("partial_rotary_factor", config.number("partial_rotary_factor", interleaved ? 0.5 : 1.0));
        int dims = (int) (headDim * part);
        if (dims <= 0 || dims > headDim || dims % 2 != 0) {
            throw config.refuse("partial_rotary_factor " + part + " of head_dim " + headDim + " is no even part of it");
        }
        double theta = rope.number("rope_theta", config.number("rope_theta", 10_000));
        return new Rotary(theta, dims, interleaved, scaling());
    }

    private Rotary.Scaling scaling() {
        String field = config.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        if (!config.has(field)) {
            return new Rotary.Unscaled();
        }
        Json scaling = config.object(field);
        String type = scaling.text("rope_type", scaling.text("type", "default"));
        return switch (type) {
            case "default" -> new Rotary.Unscaled();
            case "linear" -> new Rotary.Linear(scaling.number("factor", 1));
            case "llama3" ->
                new Rotary.Llama3(
                        scaling.number("factor", 8),
                        scaling.number("low_freq_factor", 1),
                        scaling.number("high_freq_factor", 4),
                        scaling.number("original_max_position_embeddings", 8192));
            default -> throw config.refuse(field + " of type " + type + " is not supported");
        };
    }

    /// @param generation what `generation_config.json` holds, or an empty object
    GenerationDefaults generation(Json generation) {
        return new GenerationDefaults(
                !generation.flag("do_sample", true),
                within(generation, "temperature", 0, SamplingBounds.MOST_TEMPERATURE),
                within(generation, "top_p", LEAST_ABOVE_0, SamplingBounds.MOST_TOP_P),
                topK(generation),
                within(generation, "min_p", 0, SamplingBounds.MOST_MIN_P),
                within(generation, "repetition_penalty", LEAST_ABOVE_0, SamplingBounds.MOST_REPETITION_PENALTY),
                generation.has("eos_token_id") ? eos(generation) : eos(config));
    }

    private static @Nullable Double within(Json generation, String field, double least, double most) {
        Double value = generation.number(field);
        if (value != null && (value < least || value > most)) {
            String from = least == LEAST_ABOVE_0 ? "above 0 and at most " : "between " + (long) least + " and ";
            throw generation.wrong(field, from + (long) most);
        }
        return value;
    }

    private static @Nullable Integer topK(Json generation) {
        Double topK = generation.number("top_k");
        if (topK == null) {
            return null;
        }
        if (topK < SamplingBounds.TOP_K_ALL || topK > Integer.MAX_VALUE || topK != Math.rint(topK)) {
            throw generation.wrong("top_k", "a whole number, 0 or -1 for all");
        }
        return topK.intValue();
    }

    private static List<Integer> eos(Json json) {
        if (!json.has("eos_token_id")) {
            return List.of();
        }
        JsonNode node = json.node().get("eos_token_id");
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : node.isArray() ? node : List.of(node)) {
            if (!id.canConvertToInt() || !id.isIntegralNumber() || id.intValue() < 0) {
                throw json.wrong("eos_token_id", "a token id or a list of them");
            }
            ids.add(id.intValue());
        }
        return ids;
    }
}
