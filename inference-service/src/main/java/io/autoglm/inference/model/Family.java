package io.autoglm.inference.model;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A published architecture by the name in `config.json`, and where its tensors lie. A family that fits the
/// description of [DecoderConfig] is one more constant here.
public enum Family {
    GLM("GlmForCausalLM"),
    GLM4("Glm4ForCausalLM"),
    LLAMA("LlamaForCausalLM"),
    MISTRAL("MistralForCausalLM"),
    QWEN2("Qwen2ForCausalLM"),
    QWEN3("Qwen3ForCausalLM");

    enum Trait {
        /// One tensor holds gate, then up.
        FUSED_GATE_UP,
        /// Rotary pairs are neighbours, and half of a head turns unless the configuration says otherwise.
        INTERLEAVED,
        SANDWICH_NORMS,
        HEAD_NORM,
        ALWAYS_INPUT_BIAS,
        /// `attention_bias` speaks of the output projection as well.
        BIAS_ON_OUTPUT_TOO,
        SLIDING_WINDOW
    }

    private final String architecture;

    Family(String architecture) {
        this.architecture = architecture;
    }

    private Set<Trait> traits() {
        return switch (this) {
            case GLM -> EnumSet.of(Trait.FUSED_GATE_UP, Trait.INTERLEAVED);
            case GLM4 -> EnumSet.of(Trait.FUSED_GATE_UP, Trait.INTERLEAVED, Trait.SANDWICH_NORMS);
            case LLAMA -> EnumSet.of(Trait.BIAS_ON_OUTPUT_TOO);
            case MISTRAL -> EnumSet.of(Trait.SLIDING_WINDOW);
            case QWEN2 -> EnumSet.of(Trait.ALWAYS_INPUT_BIAS);
            case QWEN3 -> EnumSet.of(Trait.HEAD_NORM, Trait.BIAS_ON_OUTPUT_TOO);
        };
    }

    static Optional<Family> of(String architecture) {
        return Arrays.stream(values())
                .filter(family -> family.architecture.equals(architecture))
                .findFirst();
    }

    static String known() {
        return Arrays.stream(values()).map(Family::architecture).collect(Collectors.joining(", "));
    }

    public String architecture() {
        return architecture;
    }

    boolean is(Trait trait) {
        return traits().contains(trait);
    }

    public String embedding() {
        return "model.embed_tokens";
    }

    public String outputHead() {
        return "lm_head";
    }

    public String finalNorm() {
        return "model.norm";
    }

    /// The modules whose rows, one below the other, are query, key and value.
    public List<String> queryKeyValue(int layer) {
        return List.of(in(layer, "self_attn.q_proj"), in(layer, "self_attn.k_proj"), in(layer, "self_attn.v_proj"));
    }

    /// The modules whose rows, one below the other, are gate and up.
    public List<String> gateUp(int layer) {
        return is(Trait.FUSED_GATE_UP)
                ? List.of(in(layer, "mlp.gate_up_proj"))
                : List.of(in(layer, "mlp.gate_proj"), in(layer, "mlp.up_proj"));
    }

    public String attentionOutput(int layer) {
        return in(layer, "self_attn.o_proj");
    }

    public String down(int layer) {
        return in(layer, "mlp.down_proj");
    }

    public String attentionNorm(int layer) {
        return in(layer, "input_layernorm");
    }

    /// The norm before the feed-forward, called "post attention" in every family.
    public String feedForwardNorm(int layer) {
        return in(layer, "post_attention_layernorm");
    }

    /// With sandwich norms only: on what attention gives, before it is added.
    public String afterAttentionNorm(int layer) {
        return in(layer, "post_self_attn_layernorm");
    }

    /// With sandwich norms only: on what the feed-forward gives, before it is added.
    public String afterFeedForwardNorm(int layer) {
        return in(layer, "post_mlp_layernorm");
    }

    public String queryNorm(int layer) {
        return in(layer, "self_attn.q_norm");
    }

    public String keyNorm(int layer) {
        return in(layer, "self_attn.k_norm");
    }

    private static String in(int layer, String module) {
        return "model.layers." + layer + "." + module;
    }
}
