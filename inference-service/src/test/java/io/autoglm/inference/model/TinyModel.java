package io.autoglm.inference.model;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;

/// A checkpoint of random weights in a family's published layout: its `config.json`, its tensors by the names that
/// Hugging Face gives them, written out literally so that they check the product's own table of names.
public final class TinyModel {

    public static final int VOCABULARY = 101;

    /// A weight in memory.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Matrix(List<Long> shape, float[] numbers, int[] words) {

        Matrix(List<Long> shape, float[] numbers) {
            this(shape, numbers, new int[0]);
        }

        /// Of whole numbers.
        Matrix(List<Long> shape, int[] words) {
            this(shape, new float[0], words);
        }

        double at(int index) {
            return words.length > 0 ? words[index] : numbers[index];
        }
    }

    private final String label;
    private final Map<String, Object> config;
    private final Map<String, Matrix> tensors = new LinkedHashMap<>();
    private final Random random = new Random(20_261_121);

    /// What is written in its place.
    private UnaryOperator<TinyModel> published = UnaryOperator.identity();

    private TinyModel(String label, Map<String, Object> config) {
        this.label = label;
        this.config = config;
    }

    public static List<TinyModel> ofEveryFamily() {
        return List.of(
                glm(),
                tiedGlm(),
                glm4(),
                glm4Moe(true),
                glm4Moe(false),
                chatGlm(),
                llama(),
                llama("linear", Map.of("rope_type", "linear", "factor", 2.0)),
                llama("dynamic", Map.of("type", "dynamic", "factor", 4.0)),
                mistral(),
                qwen2(),
                slidingQwen2(),
                qwen3(),
                yarnQwen3());
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

    /// A plain first layer, then mixtures of five experts of which two are chosen, and a layer behind the
    /// last that predicts ahead and is to be passed over.
    static TinyModel glm4Moe(boolean normalize) {
        Map<String, Object> config = config("Glm4MoeForCausalLM", "glm4_moe", false);
        config.putAll(Map.of("head_dim", 32, "partial_rotary_factor", 0.5, "attention_bias", true));
        config.putAll(Map.of("use_qk_norm", normalize, "norm_topk_prob", normalize, "first_k_dense_replace", 1));
        config.putAll(Map.of("n_routed_experts", 5, "num_experts_per_tok", 2, "moe_intermediate_size", 64));
        config.putAll(Map.of("n_shared_experts", 2, "routed_scaling_factor", 1.5, "n_group", 1, "topk_group", 1));
        config.put("num_nextn_predict_layers", 1);
        TinyModel model = new TinyModel("glm4_moe" + (normalize ? ", normalized" : ""), config).fill(false);
        model.norm("model.layers.3.enorm.weight", 64);
        return model;
    }

    /// The weights of [#glm], in the layout that ChatGLM2 and ChatGLM3 were published in.
    static TinyModel chatGlm() {
        Map<String, Object> config = config("GlmForCausalLM", "glm", false);
        config.putAll(Map.of("head_dim", 32, "partial_rotary_factor", 0.5, "attention_bias", true));
        config.put("rope_theta", 500_000.0);
        TinyModel model = new TinyModel("chatglm", config).fill(true);
        model.published = TinyModel::asChatGlm;
        return model;
    }

    private TinyModel asChatGlm() {
        Map<String, Object> other = new LinkedHashMap<>();
        other.putAll(Map.of("architectures", List.of("ChatGLMModel"), "model_type", "chatglm"));
        other.putAll(Map.of("hidden_size", 64, "num_layers", 3, "num_attention_heads", 4, "kv_channels", 32));
        other.putAll(Map.of("multi_query_attention", true, "multi_query_group_num", 2, "ffn_hidden_size", 96));
        other.putAll(Map.of("padded_vocab_size", VOCABULARY, "seq_length", 128, "layernorm_epsilon", 1e-5));
        other.putAll(Map.of("add_qkv_bias", true, "add_bias_linear", false, "rmsnorm", true));
        other.putAll(Map.of("post_layer_norm", true, "apply_residual_connection_post_layernorm", false));
        other.putAll(Map.of("rope_ratio", 50, "eos_token_id", 2));
        TinyModel glm = new TinyModel(label, other);
        glm.tensors.put("transformer.embedding.word_embeddings.weight", tensor("model.embed_tokens.weight"));
        glm.tensors.put("transformer.rotary_pos_emb.inv_freq", new Matrix(List.of(8L), new float[8]));
        for (int n = 0; n < 3; n++) {
            String from = "model.layers." + n + ".";
            String to = "transformer.encoder.layers." + n + ".";
            glm.tensors.put(to + "input_layernorm.weight", tensor(from + "input_layernorm.weight"));
            for (String kind : List.of("weight", "bias")) {
                glm.tensors.put(
                        to + "self_attention.query_key_value." + kind,
                        stacked(
                                tensor(from + "self_attn.q_proj." + kind),
                                tensor(from + "self_attn.k_proj." + kind),
                                tensor(from + "self_attn.v_proj." + kind)));
            }
            glm.tensors.put(to + "self_attention.dense.weight", tensor(from + "self_attn.o_proj.weight"));
            glm.tensors.put(to + "post_attention_layernorm.weight", tensor(from + "post_attention_layernorm.weight"));
            glm.tensors.put(to + "mlp.dense_h_to_4h.weight", tensor(from + "mlp.gate_up_proj.weight"));
            glm.tensors.put(to + "mlp.dense_4h_to_h.weight", tensor(from + "mlp.down_proj.weight"));
        }
        glm.tensors.put("transformer.encoder.final_layernorm.weight", tensor("model.norm.weight"));
        glm.tensors.put("transformer.output_layer.weight", tensor("lm_head.weight"));
        return glm;
    }

    private static Matrix stacked(Matrix... parts) {
        List<Float> numbers = new ArrayList<>();
        long rows = 0;
        for (Matrix part : parts) {
            rows += part.shape().getFirst();
            for (float number : part.numbers()) {
                numbers.add(number);
            }
        }
        List<Long> shape = new ArrayList<>(parts[0].shape());
        shape.set(0, rows);
        float[] all = new float[numbers.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = numbers.get(i);
        }
        return new Matrix(shape, all);
    }

    private static TinyModel llama() {
        return llama(
                "llama3",
                Map.of(
                        "rope_type", "llama3",
                        "factor", 8.0,
                        "low_freq_factor", 1.0,
                        "high_freq_factor", 4.0,
                        "original_max_position_embeddings", 32));
    }

    static TinyModel llama(String label, Map<String, Object> ropeScaling) {
        Map<String, Object> config = config("LlamaForCausalLM", "llama", false);
        config.put("mlp_bias", true);
        config.put("attention_bias", true);
        config.put("rope_theta", 500_000.0);
        config.put("rope_scaling", ropeScaling);
        return new TinyModel("llama, " + label, config).fill(false);
    }

    private static TinyModel mistral() {
        Map<String, Object> config = config("MistralForCausalLM", "mistral", false);
        config.put("sliding_window", 9);
        return new TinyModel("mistral", config).fill(false);
    }

    private static TinyModel qwen2() {
        return new TinyModel("qwen2", config("Qwen2ForCausalLM", "qwen2", true)).fill(false);
    }

    private static TinyModel slidingQwen2() {
        Map<String, Object> config = config("Qwen2ForCausalLM", "qwen2", true);
        config.putAll(Map.of("use_sliding_window", true, "sliding_window", 9, "max_window_layers", 1));
        return new TinyModel("qwen2, sliding", config).fill(false);
    }

    private static TinyModel yarnQwen3() {
        Map<String, Object> config = config("Qwen3ForCausalLM", "qwen3", true);
        config.put("head_dim", 32);
        config.put("rope_scaling", Map.of("type", "yarn", "factor", 4.0, "original_max_position_embeddings", 32));
        return new TinyModel("qwen3, yarn", config).fill(false);
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
            if (is("qwen3") || flag("use_qk_norm")) {
                norm(layer + "self_attn.q_norm.weight", head);
                norm(layer + "self_attn.k_norm.weight", head);
            }
            if (is("glm4")) {
                norm(layer + "post_self_attn_layernorm.weight", hidden);
                norm(layer + "post_mlp_layernorm.weight", hidden);
            }
            norm(layer + "post_attention_layernorm.weight", hidden);
            if (isMixture(n)) {
                experts(layer + "mlp.", hidden);
                continue;
            }
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

    private void experts(String mlp, int hidden) {
        int inner = whole("moe_intermediate_size");
        matrix(mlp + "gate.weight", whole("n_routed_experts"), hidden);
        vector(mlp + "gate.e_score_correction_bias", whole("n_routed_experts"));
        for (int expert = 0; expert < whole("n_routed_experts"); expert++) {
            matrix(mlp + "experts." + expert + ".gate_proj.weight", inner, hidden);
            matrix(mlp + "experts." + expert + ".up_proj.weight", inner, hidden);
            matrix(mlp + "experts." + expert + ".down_proj.weight", hidden, inner);
        }
        int shared = inner * whole("n_shared_experts");
        matrix(mlp + "shared_experts.gate_proj.weight", shared, hidden);
        matrix(mlp + "shared_experts.up_proj.weight", shared, hidden);
        matrix(mlp + "shared_experts.down_proj.weight", hidden, shared);
    }

    boolean isMixture(int layer) {
        return is("glm4_moe") && layer >= whole("first_k_dense_replace");
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

    public Matrix tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    public boolean has(String tensor) {
        return tensors.containsKey(tensor);
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
        rounded.published = published;
        rounded.tensors.putAll(tensors);
        rounded.tensors.replaceAll((name, matrix) -> {
            boolean kept = name.equals("model.embed_tokens.weight") || name.endsWith("mlp.gate.weight");
            return matrix.shape().size() == 1 || kept ? matrix : new Matrix(matrix.shape(), round(matrix, bits));
        });
        if (flag("tie_word_embeddings")) {
            Matrix table = tensor("model.embed_tokens.weight");
            rounded.tensors.put("lm_head.weight", new Matrix(table.shape(), round(table, bits)));
        }
        return rounded;
    }

    /// The same with every matrix of a layer, but for the routers, in the codes of a quantized checkpoint:
    /// written as `method` lays them out, read by the reference as the numbers that they stand for.
    ///
    /// @param group  columns that share a scale
    /// @param sorted whether the columns were dealt out to the groups in an order of the quantizer's own
    public TinyModel published(Quantization.Method method, int bits, int group, boolean sorted) {
        TinyModel restored = new TinyModel(label + ", " + method + ", " + bits + " bits", config);
        Map<String, Matrix> packed = new LinkedHashMap<>();
        tensors.forEach((name, matrix) -> {
            boolean coded = name.contains(".layers.")
                    && name.endsWith(".weight")
                    && matrix.shape().size() == 2
                    && !name.endsWith("mlp.gate.weight");
            if (coded) {
                restored.tensors.put(
                        name,
                        new TinyPacking(method, bits, group, sorted)
                                .pack(name.substring(0, name.length() - ".weight".length()), matrix, packed));
            } else {
                restored.tensors.put(name, matrix);
                packed.put(name, matrix);
            }
        });
        restored.published = form -> {
            TinyModel file = new TinyModel(form.label, new LinkedHashMap<>(form.config));
            file.config.put(
                    "quantization_config",
                    Map.of("quant_method", method.name().toLowerCase(Locale.ROOT), "bits", bits, "group_size", group));
            file.tensors.putAll(packed);
            return file;
        };
        return restored;
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
        TinyModel form = published.apply(this);
        form.writeConfig(folder);
        SafetensorsWriter.write(folder.resolve("model.safetensors"), entries(type, form.tensors));
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

    private static ElementType typeOf(String name, ElementType type) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".qweight", ".qzeros", ".g_idx" -> ElementType.I32;
            case ".scales" -> ElementType.F16;
            default -> type;
        };
    }

    private static List<SafetensorsWriter.Entry> entries(ElementType type, Map<String, Matrix> tensors) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        tensors.forEach((name, matrix) -> entries.add(new SafetensorsWriter.Entry(
                name, typeOf(name, type), matrix.shape(), index -> matrix.at((int) index))));
        return entries;
    }

    @Override
    public String toString() {
        return label;
    }
}
