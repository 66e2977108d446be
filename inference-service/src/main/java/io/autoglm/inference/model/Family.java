package io.autoglm.inference.model;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A published architecture by its names in `config.json`, where its tensors lie, and what it does by
/// default. A family that fits the description of [DecoderConfig] is one more constant here.
public enum Family {
    GLM("GlmForCausalLM"),
    GLM4("Glm4ForCausalLM"),
    GLM4_MOE("Glm4MoeForCausalLM"),
    /// ChatGLM2, ChatGLM3 and the first GLM-4 checkpoints, in the layout of the code that came with them.
    CHAT_GLM("ChatGLMModel", "ChatGLMForConditionalGeneration"),
    LLAMA("LlamaForCausalLM"),
    MISTRAL("MistralForCausalLM"),
    QWEN2("Qwen2ForCausalLM"),
    QWEN3("Qwen3ForCausalLM");

    enum Trait {
        /// Rotary pairs are neighbours.
        INTERLEAVED,
        /// Half of a head turns unless the configuration says otherwise.
        HALF_TURNS,
        SANDWICH_NORMS,
        /// Queries and keys are normalized per head; where `use_qk_norm` may say so, only if it does.
        HEAD_NORM,
        OPTIONAL_HEAD_NORM,
        ALWAYS_INPUT_BIAS,
        /// `attention_bias` speaks of the output projection as well.
        BIAS_ON_OUTPUT_TOO,
        /// `sliding_window` holds for all layers whenever it is there.
        SLIDING_WINDOW,
        /// `sliding_window` holds from layer `max_window_layers` on, and only if `use_sliding_window` says
        /// so.
        OPTIONAL_SLIDING_WINDOW,
        EXPERTS,
        /// Layers behind the last one predict several tokens at once; they are not needed to predict one.
        PREDICTS_AHEAD
    }

    /// Fields of `config.json` by the names that `transformers` gives them, where the family has others.
    private static final Map<String, String> CHAT_GLM_FIELDS = Map.of(
            "num_hidden_layers", "num_layers",
            "num_key_value_heads", "multi_query_group_num",
            "head_dim", "kv_channels",
            "intermediate_size", "ffn_hidden_size",
            "vocab_size", "padded_vocab_size",
            "max_position_embeddings", "seq_length",
            "rms_norm_eps", "layernorm_epsilon",
            "attention_bias", "add_qkv_bias");

    private final String architecture;
    private final String otherName;

    Family(String architecture) {
        this(architecture, architecture);
    }

    Family(String architecture, String otherName) {
        this.architecture = architecture;
        this.otherName = otherName;
    }

    private Set<Trait> traits() {
        return switch (this) {
            case GLM, CHAT_GLM -> EnumSet.of(Trait.INTERLEAVED, Trait.HALF_TURNS);
            case GLM4 -> EnumSet.of(Trait.INTERLEAVED, Trait.HALF_TURNS, Trait.SANDWICH_NORMS);
            case GLM4_MOE ->
                EnumSet.of(Trait.HALF_TURNS, Trait.OPTIONAL_HEAD_NORM, Trait.EXPERTS, Trait.PREDICTS_AHEAD);
            case LLAMA -> EnumSet.of(Trait.BIAS_ON_OUTPUT_TOO);
            case MISTRAL -> EnumSet.of(Trait.SLIDING_WINDOW);
            case QWEN2 -> EnumSet.of(Trait.ALWAYS_INPUT_BIAS, Trait.OPTIONAL_SLIDING_WINDOW);
            case QWEN3 -> EnumSet.of(Trait.HEAD_NORM, Trait.BIAS_ON_OUTPUT_TOO, Trait.OPTIONAL_SLIDING_WINDOW);
        };
    }

    static Optional<Family> of(String architecture) {
        return Arrays.stream(values())
                .filter(family -> family.architecture.equals(architecture) || family.otherName.equals(architecture))
                .findFirst();
    }

    static String known() {
        return Arrays.stream(values()).map(Family::architecture).collect(Collectors.joining(", "));
    }

    /// The name that it is known by; a few have a second one.
    public String architecture() {
        return architecture;
    }

    boolean is(Trait trait) {
        return traits().contains(trait);
    }

    /// How `config.json` spells a field.
    String field(String transformers) {
        return this == CHAT_GLM ? CHAT_GLM_FIELDS.getOrDefault(transformers, transformers) : transformers;
    }

    /// The default of `rms_norm_eps`.
    double epsilon() {
        return switch (this) {
            case GLM, GLM4 -> 1.5625e-7;
            case GLM4_MOE, CHAT_GLM -> 1e-5;
            case LLAMA, MISTRAL, QWEN2, QWEN3 -> 1e-6;
        };
    }

    public Modules modules() {
        return switch (this) {
            case GLM, GLM4 -> Modules.FUSED_GATE_UP;
            case CHAT_GLM -> Modules.CHAT_GLM;
            case GLM4_MOE, LLAMA, MISTRAL, QWEN2, QWEN3 -> Modules.TRANSFORMERS;
        };
    }

    /// Whether a checkpoint may hold this tensor although nothing reads it.
    ///
    /// @param layers that the decoder has
    public boolean mayIgnore(String tensor, int layers) {
        return tensor.endsWith("rotary_emb.inv_freq")
                || tensor.endsWith("rotary_pos_emb.inv_freq")
                || (is(Trait.PREDICTS_AHEAD) && modules().isInLayerFrom(layers, tensor));
    }
}
