package io.autoglm.nano.trainer;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.nano.corpus.tokenizer.Tokenizer;
import io.autoglm.nano.corpus.tokenizer.TokenizerFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The Hugging Face directory of the model: the files that a trainer writes, beside the template and the card.
final class ModelDirectory {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final List<String> END_TOKENS = List.of("<|endoftext|>", "<|user|>", "<|observation|>");

    private final Path directory;

    ModelDirectory(Path directory) {
        this.directory = directory;
    }

    boolean hasTokenizer() {
        return Files.exists(directory.resolve("tokenizer.json"));
    }

    Tokenizer tokenizer() throws IOException {
        return TokenizerFile.read(directory.resolve("tokenizer.json"));
    }

    /// Writes the tokenizer and everything that follows from it and from the architecture.
    void writeTokenizer(Tokenizer tokenizer) throws IOException {
        TokenizerFile.write(tokenizer, directory.resolve("tokenizer.json"));
        MAPPER.writeValue(directory.resolve("tokenizer_config.json").toFile(), tokenizerConfig(tokenizer));
        writeConfig(tokenizer);
    }

    void writeConfig(Tokenizer tokenizer) throws IOException {
        Architecture architecture = Architecture.nano(tokenizer.size());
        MAPPER.writeValue(directory.resolve("config.json").toFile(), config(architecture, tokenizer));
        MAPPER.writeValue(directory.resolve("generation_config.json").toFile(), generationConfig(tokenizer));
    }

    void writeWeights(Weights weights) throws IOException {
        Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
        weights.arrays().forEach((name, array) -> tensors.put(name, tensor(array)));
        Safetensors.write(
                directory.resolve("model.safetensors"), tensors, Safetensors.Format.BF16, Map.of("format", "pt"));
    }

    Map<String, float[]> weights() throws IOException {
        Map<String, float[]> values = new LinkedHashMap<>();
        Safetensors.read(directory.resolve("model.safetensors"))
                .forEach((name, tensor) -> values.put(name, tensor.values()));
        return values;
    }

    static Safetensors.Tensor tensor(NDArray array) {
        return new Safetensors.Tensor(array.getShape().getShape(), array.toFloatArray());
    }

    private static ObjectNode config(Architecture architecture, Tokenizer tokenizer) {
        ObjectNode config = MAPPER.createObjectNode();
        config.putArray("architectures").add("GlmForCausalLM");
        config.put("model_type", "glm")
                .put("attention_bias", true)
                .put("attention_dropout", 0.0)
                .put("head_dim", architecture.headWidth())
                .put("hidden_act", "silu")
                .put("hidden_size", architecture.hidden())
                .put("initializer_range", 0.02)
                .put("intermediate_size", architecture.intermediate())
                .put("max_position_embeddings", Architecture.MAX_POSITIONS)
                .put("num_attention_heads", architecture.heads())
                .put("num_hidden_layers", architecture.layers())
                .put("num_key_value_heads", architecture.keyValueHeads())
                .put("partial_rotary_factor", 0.5)
                .put("rms_norm_eps", Architecture.NORM_EPSILON)
                .put("rope_theta", Architecture.ROTARY_THETA)
                .put("tie_word_embeddings", true)
                .put("torch_dtype", "bfloat16")
                .put("use_cache", true)
                .put("vocab_size", architecture.vocabulary())
                .put("pad_token_id", tokenizer.special("<|endoftext|>"));
        config.set("eos_token_id", endIds(tokenizer));
        return config;
    }

    private static ObjectNode generationConfig(Tokenizer tokenizer) {
        ObjectNode config = MAPPER.createObjectNode().put("do_sample", false).put("max_length", 2048);
        config.put("pad_token_id", tokenizer.special("<|endoftext|>"));
        config.set("eos_token_id", endIds(tokenizer));
        return config;
    }

    private static ArrayNode endIds(Tokenizer tokenizer) {
        ArrayNode ids = MAPPER.createArrayNode();
        END_TOKENS.forEach(token -> ids.add(tokenizer.special(token)));
        return ids;
    }

    private static ObjectNode tokenizerConfig(Tokenizer tokenizer) {
        ObjectNode config = MAPPER.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("clean_up_tokenization_spaces", false)
                .put("add_bos_token", false)
                .put("add_eos_token", false)
                .put("eos_token", "<|endoftext|>")
                .put("pad_token", "<|endoftext|>")
                .put("model_max_length", Architecture.MAX_POSITIONS)
                .put("padding_side", "left")
                .put("chat_template_file", "chat_template.jinja");
        config.put("vocab_size", tokenizer.size());
        return config;
    }
}
