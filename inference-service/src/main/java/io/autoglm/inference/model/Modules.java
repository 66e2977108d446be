package io.autoglm.inference.model;

import java.util.List;

/// Where the modules of a checkpoint lie: their names, which `.weight` and `.bias` follow in the file.
///
/// @param layer          what stands before a layer's number
/// @param queryKeyValue  within the layer, the modules whose rows, one below the other, are query, key and
///                       value
/// @param gateUp         within a feed-forward, the modules whose rows, one below the other, are gate and up
/// @param down           within a feed-forward
public record Modules(
        String embedding,
        String outputHead,
        String finalNorm,
        String layer,
        List<String> queryKeyValue,
        String attentionOutput,
        List<String> gateUp,
        String down) {

    /// As Hugging Face's `transformers` names them.
    static final Modules TRANSFORMERS = new Modules(
            "model.embed_tokens",
            "lm_head",
            "model.norm",
            "model.layers.",
            List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
            "self_attn.o_proj",
            List.of("gate_proj", "up_proj"),
            "down_proj");

    /// The same, but for one module that holds gate, then up.
    static final Modules FUSED_GATE_UP = new Modules(
            TRANSFORMERS.embedding,
            TRANSFORMERS.outputHead,
            TRANSFORMERS.finalNorm,
            TRANSFORMERS.layer,
            TRANSFORMERS.queryKeyValue,
            TRANSFORMERS.attentionOutput,
            List.of("gate_up_proj"),
            TRANSFORMERS.down);

    /// As the code that ChatGLM2, ChatGLM3 and the first GLM-4 checkpoints carry with them names them.
    static final Modules CHAT_GLM = new Modules(
            "transformer.embedding.word_embeddings",
            "transformer.output_layer",
            "transformer.encoder.final_layernorm",
            "transformer.encoder.layers.",
            List.of("self_attention.query_key_value"),
            "self_attention.dense",
            List.of("dense_h_to_4h"),
            "dense_4h_to_h");

    private String in(int number, String module) {
        return layer + number + "." + module;
    }

    public String attentionNorm(int layer) {
        return in(layer, "input_layernorm");
    }

    public List<String> queryKeyValue(int layer) {
        return queryKeyValue.stream().map(module -> in(layer, module)).toList();
    }

    /// With head norms only.
    public String queryNorm(int layer) {
        return in(layer, "self_attn.q_norm");
    }

    /// With head norms only.
    public String keyNorm(int layer) {
        return in(layer, "self_attn.k_norm");
    }

    public String attentionOutput(int layer) {
        return in(layer, attentionOutput);
    }

    /// With sandwich norms only: on what attention gives, before it is added.
    public String afterAttentionNorm(int layer) {
        return in(layer, "post_self_attn_layernorm");
    }

    /// The norm before the feed-forward, called "post attention" in every family.
    public String feedForwardNorm(int layer) {
        return in(layer, "post_attention_layernorm");
    }

    public String feedForward(int layer) {
        return in(layer, "mlp");
    }

    /// With experts only: what scores them.
    public String router(int layer) {
        return in(layer, "mlp.gate");
    }

    /// With experts only: the feed-forward of one of them.
    public String expert(int layer, int expert) {
        return in(layer, "mlp.experts." + expert);
    }

    /// With experts only: the feed-forward that every token passes.
    public String sharedExperts(int layer) {
        return in(layer, "mlp.shared_experts");
    }

    public List<String> gateUp(String feedForward) {
        return gateUp.stream().map(module -> feedForward + "." + module).toList();
    }

    public String down(String feedForward) {
        return feedForward + "." + down;
    }

    /// With sandwich norms only: on what the feed-forward gives, before it is added.
    public String afterFeedForwardNorm(int layer) {
        return in(layer, "post_mlp_layernorm");
    }

    /// Whether a tensor belongs to a layer from this one on.
    public boolean isInLayerFrom(int first, String tensor) {
        if (!tensor.startsWith(layer)) {
            return false;
        }
        int end = tensor.indexOf('.', layer.length());
        String number = end < 0 ? "" : tensor.substring(layer.length(), end);
        return number.matches("[0-9]{1,6}") && Integer.parseInt(number) >= first;
    }
}
