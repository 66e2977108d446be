package io.autoglm.inference.model;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/// A checkpoint of random weights in a family's published layout: its `config.json`, its tensors by the names that
/// Hugging Face gives them, written out literally so that they check the product's own table of names.
public final class TinyModel {

    public static final int VOCABULARY = 101;

    /// A weight in memory.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Matrix(List<Long> shape, float[] numbers) {}

    private final String label;
    private final Map<String, Object> config;
    private final Map<String, Matrix> tensors = new LinkedHashMap<>();
    private final Random random = new Random(20_261_121);

    private TinyModel(String label, Map<String, Object> config) {
        this.label = label;
        this.config = config;
    }

    public static List<TinyModel> ofEveryFamily() {
        return List.of(glm(), tiedGlm(), glm4(), llama(), mistral(), qwen2(), qwen3());
    }

    /// A published checkpoint, as [ReferenceForward] reads it.
    public static TinyModel read(ModelDirectory directory) throws IOException {
        Map<String, Object> config = new ObjectMapper()
                .readValue(
                        directory.path().resolve("config.json").toFile(), new TypeReference<Map<String, Object>>() {});
        TinyModel model = new TinyModel(directory.name(), config);
        for (String name : directory.weights().names()) {
            Tensor tensor = directory.weights().any(name);
            float[] numbers = new float[(int) tensor.elements()];
            tensor.read(0, numbers, 0, numbers.length);
            model.tensors.put(name, new Matrix(tensor.shape(), numbers));
        }
        return model;
    }

    public static TinyModel glm() {
        Map<String, Object> config = config("GlmForCausalLM", "glm", false);
        config.putAll(Map.of("head_dim", 32, "partial_rotary_factor", 0.5, "attention_bias", true));
        return new TinyModel("glm", config).fill(true);
    }

    private static TinyModel tiedGlm() {
        Map<String, Object> config = config("GlmForCausalLM", "glm", true);
        config.putAll(Map.of("head_dim", 32, "partial_rotary_factor", 0.5, "attention_bias", false));
        return new TinyModel("glm, tied, without bias", config).fill(true);
    }

    private static TinyModel glm4() {
        Map<String, Object> config = config("Glm4ForCausalLM", "glm4", false);
        config.putAll(Map.of("head_dim", 32, "partial_rotary_factor", 0.5, "attention_bias", true));
        return new TinyModel("glm4", config).fill(true);
    }

    private static TinyModel llama() {
        Map<String, Object> config = config("LlamaForCausalLM", "llama", false);
        config.put("mlp_bias", true);
        config.put("attention_bias", true);
        config.put("rope_theta", 500_000.0);
        config.put(
                "rope_scaling",
                Map.of(
                        "rope_type", "llama3",
                        "factor", 8.0,
                        "low_freq_factor", 1.0,
                        "high_freq_factor", 4.0,
                        "original_max_position_embeddings", 32));
        return new TinyModel("llama", config).fill(false);
    }

    private static TinyModel mistral() {
        Map<String, Object> config = config("MistralForCausalLM", "mistral", false);
        config.put("sliding_window", 9);
        return new TinyModel("mistral", config).fill(false);
    }

    private static TinyModel qwen2() {
        return new TinyModel("qwen2", config("Qwen2ForCausalLM", "qwen2", true)).fill(false);
    }

    private static TinyModel qwen3() {
        Map<String, Object> config = config("Qwen3ForCausalLM", "qwen3", true);
        config.put("head_dim", 32);
        return new TinyModel("qwen3", config).fill(false);
    }

    private static Map<String, Object> config(String architecture, String type, boolean tied) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of(architecture));
        config.put("model_type", type);
        config.put("hidden_act", "silu");
        config.put("hidden_size", 64);
        config.put("num_hidden_layers", 3);
        config.put("num_attention_heads", 4);
        config.put("num_key_value_heads", 2);
        config.put("intermediate_size", 96);
        config.put("vocab_size", VOCABULARY);
        config.put("max_position_embeddings", 128);
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 10_000.0);
        config.put("tie_word_embeddings", tied);
        config.put("eos_token_id", List.of(1, 2));
        return config;
    }

    private TinyModel fill(boolean fusedGateUp) {
        int hidden = whole("hidden_size");
        int head = headDim();
        int wide = whole("num_attention_heads") * head;
        int narrow = whole("num_key_value_heads") * head;
        int inner = whole("intermediate_size");
        matrix("model.embed_tokens.weight", VOCABULARY, hidden);
        for (int n = 0; n < whole("num_hidden_layers"); n++) {
            String layer = "model.layers." + n + ".";
            norm(layer + "input_layernorm.weight", hidden);
            matrix(layer + "self_attn.q_proj.weight", wide, hidden);
            matrix(layer + "self_attn.k_proj.weight", narrow, hidden);
            matrix(layer + "self_attn.v_proj.weight", narrow, hidden);
            matrix(layer + "self_attn.o_proj.weight", hidden, wide);
            if (inputBias()) {
                vector(layer + "self_attn.q_proj.bias", wide);
                vector(layer + "self_attn.k_proj.bias", narrow);
                vector(layer + "self_attn.v_proj.bias", narrow);
            }
            if (is("llama")) {
                vector(layer + "self_attn.o_proj.bias", hidden);
                vector(layer + "mlp.gate_proj.bias", inner);
                vector(layer + "mlp.up_proj.bias", inner);
                vector(layer + "mlp.down_proj.bias", hidden);
            }
            if (is("qwen3")) {
                norm(layer + "self_attn.q_norm.weight", head);
                norm(layer + "self_attn.k_norm.weight", head);
            }
            if (is("glm4")) {
                norm(layer + "post_self_attn_layernorm.weight", hidden);
                norm(layer + "post_mlp_layernorm.weight", hidden);
            }
            norm(layer + "post_attention_layernorm.weight", hidden);
            if (fusedGateUp) {
                matrix(layer + "mlp.gate_up_proj.weight", 2 * inner, hidden);
            } else {
                matrix(layer + "mlp.gate_proj.weight", inner, hidden);
                matrix(layer + "mlp.up_proj.weight", inner, hidden);
            }
            matrix(layer + "mlp.down_proj.weight", hidden, inner);
        }
        norm("model.norm.weight", hidden);
        if (!flag("tie_word_embeddings")) {
            matrix("lm_head.weight", VOCABULARY, hidden);
        }
        return this;
    }

    private void matrix(String name, int rows, int columns) {
        add(name, List.of((long) rows, (long) columns), 0, 1.5 / Math.sqrt(columns));
    }

    private void vector(String name, int size) {
        add(name, List.of((long) size), 0, 0.3);
    }

    private void norm(String name, int size) {
        add(name, List.of((long) size), 1, 0.2);
    }

    private void add(String name, List<Long> shape, double mean, double deviation) {
        float[] numbers =
                new float[(int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < numbers.length; i++) {
            // Cut to bfloat16, so that every format of the file holds the very same numbers.
            float number = (float) (mean + deviation * random.nextGaussian());
            numbers[i] = Float.intBitsToFloat(Float.floatToRawIntBits(number) & 0xffff_0000);
        }
        tensors.put(name, new Matrix(shape, numbers));
    }

    boolean is(String type) {
        return type.equals(config.get("model_type"));
    }

    public boolean inputBias() {
        return is("qwen2") || flag("attention_bias");
    }

    boolean flag(String field) {
        return config.getOrDefault(field, false).equals(true);
    }

    int whole(String field) {
        return ((Number) config.getOrDefault(field, 0)).intValue();
    }

    double real(String field) {
        return ((Number) config.getOrDefault(field, 0)).doubleValue();
    }

    int headDim() {
        return config.containsKey("head_dim") ? whole("head_dim") : whole("hidden_size") / whole("num_attention_heads");
    }

    Matrix tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    Map<String, Matrix> tensors() {
        return tensors;
    }

    /// To be changed by a test before [#write].
    public Map<String, Object> config() {
        return config;
    }

    /// Replaces each matrix by what is left of it after rounding to `bits` bits in blocks of 32 along a row, the
    /// extreme number of a block being put on the lowest code.
    public TinyModel rounded(int bits) {
        TinyModel rounded = new TinyModel(label, config);
        rounded.tensors.putAll(tensors);
        rounded.tensors.replaceAll((name, matrix) -> {
            boolean table = name.equals("model.embed_tokens.weight");
            return matrix.shape().size() == 1 || table ? matrix : new Matrix(matrix.shape(), round(matrix, bits));
        });
        if (flag("tie_word_embeddings")) {
            Matrix table = tensor("model.embed_tokens.weight");
            rounded.tensors.put("lm_head.weight", new Matrix(table.shape(), round(table, bits)));
        }
        return rounded;
    }

    private static float[] round(Matrix matrix, int bits) {
        float[] numbers = matrix.numbers().clone();
        int width = matrix.shape().get(1).intValue();
        int middle = 1 << (bits - 1);
        for (int row = 0; row < numbers.length; row += width) {
            for (int from = row; from < row + width; from += 32) {
                int to = Math.min(from + 32, row + width);
                float extreme = 0;
                for (int i = from; i < to; i++) {
                    extreme = Math.abs(numbers[i]) > Math.abs(extreme) ? numbers[i] : extreme;
                }
                float scale = extreme / -middle;
                for (int i = from; i < to; i++) {
                    numbers[i] = scale * Math.clamp(Math.round(numbers[i] * (1 / scale)), -middle, middle - 1);
                }
            }
        }
        return numbers;
    }

    public Path write(Path folder) throws IOException {
        return write(folder, ElementType.F32);
    }

    public Path write(Path folder, ElementType type) throws IOException {
        writeConfig(folder);
        SafetensorsWriter.write(folder.resolve("model.safetensors"), entries(type, tensors));
        return folder;
    }

    /// In two files and an index, the tensors dealt out in turn.
    public Path writeSharded(Path folder) throws IOException {
        writeConfig(folder);
        Map<String, String> index = new LinkedHashMap<>();
        for (int shard = 0; shard < 2; shard++) {
            Map<String, Matrix> part = new LinkedHashMap<>();
            List<String> names = List.copyOf(tensors.keySet());
            for (int i = shard; i < names.size(); i += 2) {
                part.put(names.get(i), tensors.get(names.get(i)));
            }
            String file = "model-0000" + (shard + 1) + "-of-00002.safetensors";
            part.keySet().forEach(name -> index.put(name, file));
            SafetensorsWriter.write(folder.resolve(file), entries(ElementType.BF16, part));
        }
        new ObjectMapper()
                .writeValue(
                        folder.resolve("model.safetensors.index.json").toFile(),
                        Map.of("metadata", Map.of("total_size", 0), "weight_map", index));
        return folder;
    }

    private void writeConfig(Path folder) throws IOException {
        Files.createDirectories(folder);
        new ObjectMapper().writeValue(folder.resolve("config.json").toFile(), config);
    }

    private static List<SafetensorsWriter.Entry> entries(ElementType type, Map<String, Matrix> tensors) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        tensors.forEach((name, matrix) -> entries.add(
                new SafetensorsWriter.Entry(name, type, matrix.shape(), index -> matrix.numbers()[(int) index])));
        return entries;
    }

    @Override
    public String toString() {
        return label;
    }
}
