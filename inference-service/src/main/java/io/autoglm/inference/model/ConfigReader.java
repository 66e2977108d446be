package io.autoglm.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// `config.json`, each field under the names and defaults that Hugging Face's `transformers` gives it.
final class ConfigReader {

    /// Where `transformers` 5 gathers what concerns rotary positions.
    private static final String ROPE_PARAMETERS = "rope_parameters";

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
        int hidden = positive("hidden_size");
        int layers = positive("num_hidden_layers");
        Attention attention = attention(hidden, layers);
        Rotary rotary = rotary(attention.headDim());
        return new DecoderConfig(
                family,
                positive("vocab_size"),
                hidden,
                layers,
                attention,
                rotary,
                positive("intermediate_size"),
                (float) config.number(family.field("rms_norm_eps"), family.epsilon()),
                reach(positive("max_position_embeddings"), rotary.scaling()),
                family.is(Family.Trait.SANDWICH_NORMS),
                config.flag("tie_word_embeddings", false),
                config.flag("mlp_bias", false),
                family.is(Family.Trait.EXPERTS) ? experts() : null);
    }

    @Nullable
    Quantization quantization() {
        return config.has("quantization_config") ? Quantization.of(config.object("quantization_config")) : null;
    }

    private int positive(String field) {
        return config.positive(family.field(field));
    }

    private void refuseWhatIsNotUnderstood() {
        String activation = config.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw config.refuse("hidden_act " + activation + " is not supported, only silu");
        }
        if (family == Family.CHAT_GLM) {
            refuseOtherChatGlm();
        }
    }

    /// The first ChatGLM-6B bears the same name and is another network; the flags are those of the code that
    /// came with ChatGLM2 and later, none of which was published with another value.
    private void refuseOtherChatGlm() {
        if (!config.has("padded_vocab_size")) {
            throw config.refuse(
                    "is a first-generation ChatGLM-6B, which is another architecture; ChatGLM2, ChatGLM3 and"
                            + " GLM-4 are supported");
        }
        expect("rmsnorm", true);
        expect("post_layer_norm", true);
        expect("apply_residual_connection_post_layernorm", false);
        expect("add_bias_linear", false);
    }

    private void expect(String flag, boolean value) {
        if (config.flag(flag, value) != value) {
            throw config.refuse(flag + " " + !value + " is not supported");
        }
    }

    private Attention attention(int hidden, int layers) {
        int heads = positive("num_attention_heads");
        int kvHeads = kvHeads(heads);
        if (heads % kvHeads != 0) {
            throw config.refuse("num_attention_heads " + heads + " is not a multiple of "
                    + family.field("num_key_value_heads") + " " + kvHeads);
        }
        boolean headGiven = config.has(family.field("head_dim"));
        if (!headGiven && hidden % heads != 0) {
            throw config.refuse("hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads);
        }
        boolean bias = config.flag(family.field("attention_bias"), false);
        return new Attention(
                heads,
                kvHeads,
                headGiven ? positive("head_dim") : hidden / heads,
                bias || family.is(Family.Trait.ALWAYS_INPUT_BIAS),
                bias && family.is(Family.Trait.BIAS_ON_OUTPUT_TOO),
                family.is(Family.Trait.HEAD_NORM)
                        || (family.is(Family.Trait.OPTIONAL_HEAD_NORM) && config.flag("use_qk_norm", false)),
                windows(layers));
    }

    private int kvHeads(int heads) {
        if (family == Family.CHAT_GLM && !config.flag("multi_query_attention", false)) {
            return heads;
        }
        return config.positive(family.field("num_key_value_heads"), heads);
    }

    private List<Integer> windows(int layers) {
        boolean optional = family.is(Family.Trait.OPTIONAL_SLIDING_WINDOW);
        boolean sliding = optional ? config.flag("use_sliding_window", false) : family.is(Family.Trait.SLIDING_WINDOW);
        if (!sliding && config.flag("use_sliding_window", false)) {
            throw config.refuse("use_sliding_window is not supported for " + family.architecture());
        }
        if (!sliding || !config.has("sliding_window")) {
            return Collections.nCopies(layers, 0);
        }
        int window = config.positive("sliding_window");
        if (config.has("layer_types")) {
            return layerTypes(layers).stream()
                    .map(type -> type.equals("sliding_attention") ? window : 0)
                    .toList();
        }
        int first = optional ? config.whole("max_window_layers", 28) : 0;
        return IntStream.range(0, layers)
                .mapToObj(layer -> layer < first ? 0 : window)
                .toList();
    }

    private List<String> layerTypes(int layers) {
        List<String> types = new ArrayList<>();
        config.node().get("layer_types").forEach(type -> types.add(type.asText()));
        if (types.size() != layers
                || !Set.of("full_attention", "sliding_attention").containsAll(types)) {
            throw config.refuse(
                    "layer_types must say full_attention or sliding_attention for each of " + layers + " layers");
        }
        return types;
    }

    private Experts experts() {
        if (config.positive("n_group", 1) != 1) {
            throw config.refuse("n_group " + config.positive("n_group") + " is not supported, only 1");
        }
        int count = config.positive("n_routed_experts");
        int perToken = config.positive("num_experts_per_tok");
        if (perToken > count) {
            throw config.refuse("num_experts_per_tok " + perToken + " is more than n_routed_experts " + count);
        }
        return new Experts(
                count,
                perToken,
                config.whole("first_k_dense_replace", 1),
                config.positive("moe_intermediate_size"),
                config.positive("n_shared_experts", 1),
                config.flag("norm_topk_prob", true),
                config.number("routed_scaling_factor", 1));
    }

    private Rotary rotary(int headDim) {
        Json rope = config.has(ROPE_PARAMETERS) ? config.object(ROPE_PARAMETERS) : config;
        double part = rope.number(
                "partial_rotary_factor",
                config.number("partial_rotary_factor", family.is(Family.Trait.HALF_TURNS) ? 0.5 : 1.0));
        int dims = (int) (headDim * part);
        if (dims <= 0 || dims > headDim || dims % 2 != 0) {
            throw config.refuse("partial_rotary_factor " + part + " of head_dim " + headDim + " is no even part of it");
        }
        double theta = rope.number("rope_theta", config.number("rope_theta", 10_000)) * config.number("rope_ratio", 1);
        return new Rotary(theta, dims, family.is(Family.Trait.INTERLEAVED), scaling());
    }

    private Rotary.Scaling scaling() {
        String field = config.has(ROPE_PARAMETERS) ? ROPE_PARAMETERS : "rope_scaling";
        if (!config.has(field)) {
            return new Rotary.Unscaled();
        }
        Json scaling = config.object(field);
        String type = scaling.text("rope_type", scaling.text("type", "default"));
        double original = scaling.number(
                "original_max_position_embeddings",
                type.equals("llama3") ? 8192 : config.positive(family.field("max_position_embeddings")));
        return switch (type) {
            case "default" -> new Rotary.Unscaled();
            case "linear" -> new Rotary.Linear(factor(scaling));
            case "dynamic" -> new Rotary.Dynamic(factor(scaling), original);
            case "yarn" -> yarn(scaling, original);
            case "llama3" ->
                new Rotary.Llama3(
                        scaling.number("factor", 8),
                        scaling.number("low_freq_factor", 1),
                        scaling.number("high_freq_factor", 4),
                        original);
            default -> throw config.refuse(field + " of type " + type + " is not supported");
        };
    }

    private static double factor(Json scaling) {
        double factor = scaling.number("factor", 0);
        if (factor < 1) {
            throw scaling.wrong("factor", "a number of at least 1");
        }
        return factor;
    }

    private static Rotary.Yarn yarn(Json scaling, double original) {
        double factor = factor(scaling);
        Double given = scaling.number("attention_factor");
        double weight = scaling.number("mscale", 0);
        double weightOfAll = scaling.number("mscale_all_dim", 0);
        double amplitude = weight != 0 && weightOfAll != 0
                ? Rotary.Yarn.amplitude(factor, weight) / Rotary.Yarn.amplitude(factor, weightOfAll)
                : Rotary.Yarn.amplitude(factor, 1);
        return new Rotary.Yarn(
                factor,
                original,
                scaling.number("beta_fast", 32),
                scaling.number("beta_slow", 1),
                scaling.flag("truncate", true),
                given == null ? amplitude : given);
    }

    /// How long a text may be: a stretched model reaches as far as it was stretched, as vLLM reads it too.
    /// That of Llama 3 says it in `max_position_embeddings` itself.
    private static int reach(int positions, Rotary.Scaling scaling) {
        double reach = switch (scaling) {
            case Rotary.Linear(double factor) -> positions * factor;
            case Rotary.Dynamic dynamic -> dynamic.originalPositions() * dynamic.factor();
            case Rotary.Yarn yarn -> yarn.originalPositions() * yarn.factor();
            case Rotary.Unscaled() -> positions;
            case Rotary.Llama3 llama -> positions;
        };
        return (int) Math.max(positions, Math.min(reach, Integer.MAX_VALUE));
    }
}
