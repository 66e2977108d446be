package io.autoglm.inference.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.graph.Attribute;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.Rotary;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A checkpoint as `onnxruntime_genai.models.builder` exports it with `-e cpu`: the operators, the names and
/// the order of its `builders/base.py`, written out literally, and every weight in `model.onnx.data`.
public final class TinyExport {

    private static final String MASK = "/model/attn_mask_reformat/attn_mask_subgraph/";
    private static final int[] NONE = {};
    private static final String MICROSOFT = "com.microsoft";

    private final TinyModel model;
    private final ExportWriter out = new ExportWriter();
    private final Map<String, Object> config = new LinkedHashMap<>();
    private final Map<String, TinyModel.Matrix> unpacked = new HashMap<>();
    private boolean interleaved;

    /// 32 for floats.
    private int bits = 32;

    private int accuracyLevel;
    private boolean rotaryOutside;
    private boolean pruned;
    private String attention = "GroupQueryAttention";
    private int shortContext;
    private int cacheType = 1;
    private String further = "";
    private boolean readsMask;

    public TinyExport(TinyModel model) {
        this.model = model;
    }

    /// `-p int4`, or with its mixed precisions 8 bits.
    public TinyExport coded(int codeBits, int level) {
        bits = codeBits;
        accuracyLevel = level;
        return this;
    }

    /// As exports before 0.4 have it, and those for DirectML.
    public TinyExport withRotaryOutside() {
        rotaryOutside = true;
        return this;
    }

    /// `prune_lm_head=true`.
    public TinyExport pruned() {
        pruned = true;
        return this;
    }

    /// As for `-e dml` without the operator.
    public TinyExport withAttention(String operator) {
        attention = operator;
        return this;
    }

    /// As Phi with long contexts: up to so many tokens the angles of `rope_theta`, beyond it those of fifty
    /// times as much.
    public TinyExport withTwoTables(int tokens) {
        shortContext = tokens;
        return this;
    }

    /// `-p fp16`, as for CUDA.
    public TinyExport withHalfCache() {
        cacheType = 10;
        return this;
    }

    /// As models have it that are no transformers throughout.
    public TinyExport withInput(String name) {
        further = name;
        return this;
    }

    /// Beside attention.
    public TinyExport readingTheMask() {
        readsMask = true;
        return this;
    }

    /// In the graph's own file.
    public TinyExport inOneFile() {
        out.inOneFile();
        return this;
    }

    /// In place of what `genai_config.json` would say.
    public TinyExport saying(String field, Object value) {
        config.put(field, value);
        return this;
    }

    public Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Rotary rotary = ModelDirectory.open(model.write(folder.resolve("checkpoint")))
                .config()
                .rotary();
        interleaved = rotary.interleaved();
        inputsAndOutputs();
        maskReformatting();
        tables(rotary);
        String skip = embedding();
        String root = skip;
        for (int layer = 0; layer < layers(); layer++) {
            Norm norm = norm(layer, "input_layernorm", layer > 0, root, skip);
            String attended = attention(layer, norm.normed);
            Norm middle = norm(layer, "post_attention_layernorm", true, norm.sum, attended);
            skip = feedForward(layer, middle.normed);
            root = middle.sum;
        }
        head(norm(layers(), "final_norm_layernorm", true, root, skip).normed);
        out.write(folder);
        new ObjectMapper().writeValue(folder.resolve("genai_config.json").toFile(), genaiConfig());
        return folder;
    }

    private Map<String, Object> genaiConfig() {
        Map<String, Object> inputs = new LinkedHashMap<>(Map.of("input_ids", "input_ids"));
        inputs.putAll(Map.of("attention_mask", "attention_mask", "past_key_names", "past_key_values.%d.key"));
        inputs.put("past_value_names", "past_key_values.%d.value");
        Map<String, Object> decoder = new LinkedHashMap<>();
        decoder.put("session_options", Map.of("log_id", "onnxruntime-genai", "provider_options", List.of()));
        decoder.putAll(Map.of("filename", "model.onnx", "head_size", head(), "hidden_size", hidden()));
        decoder.put("inputs", inputs);
        decoder.put(
                "outputs",
                Map.of(
                        "logits", "logits",
                        "present_key_names", "present.%d.key",
                        "present_value_names", "present.%d.value"));
        decoder.putAll(Map.of("num_attention_heads", heads(), "num_hidden_layers", layers()));
        decoder.put("num_key_value_heads", kvHeads());
        decoder.replaceAll(config::getOrDefault);
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.putAll(Map.of("bos_token_id", 1, "context_length", context(), "decoder", decoder));
        whole.putAll(Map.of(
                "eos_token_id",
                model.config().getOrDefault("eos_token_id", List.of()),
                "pad_token_id",
                1,
                "type",
                "llama"));
        whole.put("vocab_size", vocabulary());
        whole.replaceAll(config::getOrDefault);
        config.forEach((field, value) -> {
            if (!decoder.containsKey(field)) {
                whole.putIfAbsent(field, value);
            }
        });
        return Map.of(
                "model",
                whole,
                "search",
                Map.of("do_sample", true, "temperature", 0.6, "top_k", 20, "top_p", 0.95, "max_length", context()));
    }

    private void inputsAndOutputs() {
        int ids = 7;
        out.input("input_ids", ids, "batch_size", "sequence_length");
        out.input("attention_mask", ids, "batch_size", "total_sequence_length");
        if (rotaryOutside) {
            out.input("position_ids", ids, "batch_size", "sequence_length");
        }
        if (!further.isEmpty()) {
            out.input(further, 1, "batch_size");
        }
        out.output("logits", "batch_size", "sequence_length", vocabulary());
        for (int layer = 0; layer < layers(); layer++) {
            for (String part : List.of(".key", ".value")) {
                out.input(
                        "past_key_values." + layer + part,
                        cacheType,
                        "batch_size",
                        kvHeads(),
                        "past_sequence_length",
                        head());
                out.output("present." + layer + part, "batch_size", kvHeads(), "total_sequence_length", head());
            }
        }
    }

    private void maskReformatting() {
        out.number("INT64/[1]", List.of(1L), 1);
        out.number("INT64/1", List.of(), 1);
        out.node(
                "",
                "ReduceSum",
                MASK + "ReduceSum",
                List.of("attention_mask", ExportWriter.CONSTANTS + "INT64/[1]"),
                Attribute.of("keepdims", 0));
        out.node("", "Sub", MASK + "Sub", List.of(MASK + "ReduceSum/output_0", ExportWriter.CONSTANTS + "INT64/[1]"));
        out.node("", "Cast", MASK + "Sub/Cast", List.of(MASK + "Sub/output_0"), Attribute.of("to", 6));
        out.node("", "Shape", MASK + "Shape", List.of("attention_mask"));
        out.node(
                "",
                "Gather",
                MASK + "Gather",
                List.of(MASK + "Shape/output_0", ExportWriter.CONSTANTS + "INT64/1"),
                Attribute.of("axis", 0));
        out.node("", "Cast", MASK + "Gather/Cast", List.of(MASK + "Gather/output_0"), Attribute.of("to", 6));
    }

    private void tables(Rotary rotary) {
        if (shortContext == 0) {
            float[][] table = angles(rotary, context());
            out.tensor("cos_cache", table[0], context(), rotary.dims() / 2);
            out.tensor("sin_cache", table[1], context(), rotary.dims() / 2);
            return;
        }
        Rotary longer = new Rotary(rotary.theta() * 50, rotary.dims(), rotary.interleaved(), rotary.scaling());
        out.number("INT64/" + shortContext, List.of(), shortContext);
        String greater = "/model/rope_caches_subgraph/Greater";
        out.node(
                "",
                "Greater",
                greater,
                List.of(MASK + "Gather/output_0", ExportWriter.CONSTANTS + "INT64/" + shortContext));
        out.choice(
                greater + "/output_0",
                new ExportWriter.Tables("large", angles(longer, context()), rotary.dims() / 2),
                new ExportWriter.Tables("small", angles(rotary, shortContext), rotary.dims() / 2));
    }

    private float[][] angles(Rotary rotary, int rows) {
        double[] turns = rotary.frequencies(context());
        float[][] tables = new float[2][rows * turns.length];
        for (int i = 0; i < tables[0].length; i++) {
            int position = i / turns.length;
            double angle = position * turns[i % turns.length];
            tables[0][i] = (float) (rotary.amplitude() * Math.cos(angle));
            tables[1][i] = (float) (rotary.amplitude() * Math.sin(angle));
        }
        return tables;
    }

    private boolean tied() {
        return Boolean.TRUE.equals(model.config().get("tie_word_embeddings"));
    }

    private String embedding() {
        String table = "model.embed_tokens.weight";
        if (tied() && bits == 32) {
            out.node("", "Transpose", "/model/embed_tokens/Transpose", List.of("lm_head.MatMul.weight"));
            table = "/model/embed_tokens/Transpose/output_0";
        } else {
            out.tensor(table, tensor(table).numbers(), vocabulary(), hidden());
        }
        String embedded = out.node("", "Gather", "/model/embed_tokens/Gather", List.of(table, "input_ids"));
        if (!readsMask) {
            return embedded;
        }
        String cast = out.node("", "Cast", "/mask/Cast", List.of("attention_mask"), Attribute.of("to", 1));
        String most = out.node("", "ReduceMax", "/mask/ReduceMax", List.of(cast));
        return out.node("", "Mul", "/mask/Mul", List.of(embedded, most));
    }

    private record Norm(String normed, String sum) {}

    private Norm norm(int layer, String place, boolean skips, String root, String skip) {
        String location = place.equals("final_norm_layernorm")
                ? "model.norm.weight"
                : "model.layers." + layer + "." + place + ".weight";
        String weight = "model.layers." + layer + "." + place + ".weight";
        out.tensor(weight, tensor(location).numbers(), hidden());
        String name = "/model/layers." + layer + "/" + place;
        Attribute epsilon = Attribute.of("epsilon", number("rms_norm_eps").floatValue());
        if (!skips) {
            out.nodes(
                    "",
                    "SimplifiedLayerNormalization",
                    name + "/LayerNorm",
                    List.of(root, weight),
                    List.of(name + "/output_0"),
                    epsilon,
                    Attribute.of("axis", -1),
                    Attribute.of("stash_type", 1));
            return new Norm(name + "/output_0", root);
        }
        List<String> outputs = layer == layers()
                ? List.of(name + "/output_0")
                : List.of(name + "/output_0", "", "", name + "/output_3");
        out.nodes(
                MICROSOFT,
                "SkipSimplifiedLayerNormalization",
                name + "/SkipLayerNorm",
                List.of(root, skip, weight),
                outputs,
                epsilon);
        return new Norm(name + "/output_0", name + "/output_3");
    }

    private String attention(int layer, String input) {
        String name = "/model/layers." + layer + "/attn/";
        String from = "model.layers." + layer + ".self_attn.";
        boolean headNorm = has(from + "q_norm.weight");
        List<String> parts = new ArrayList<>(List.of("", "", ""));
        if (headNorm || rotaryOutside) {
            List<String> projections = List.of("q_proj", "k_proj", "v_proj");
            for (int part = 0; part < 3; part++) {
                parts.set(part, product(name + projections.get(part), input, List.of(from + projections.get(part))));
            }
        } else {
            parts.set(0, product(name + "qkv_proj", input, List.of(from + "q_proj", from + "k_proj", from + "v_proj")));
        }
        if (headNorm) {
            parts.set(0, headNorm(layer, "q_norm", parts.get(0), heads()));
            parts.set(1, headNorm(layer, "k_norm", parts.get(1), kvHeads()));
        }
        if (rotaryOutside) {
            parts.set(0, turn(name + "q_rotary", parts.get(0)));
            parts.set(1, turn(name + "k_rotary", parts.get(1)));
        }
        parts.addAll(List.of("past_key_values." + layer + ".key", "past_key_values." + layer + ".value"));
        parts.addAll(List.of(MASK + "Sub/Cast/output_0", MASK + "Gather/Cast/output_0"));
        parts.addAll(rotaryOutside ? List.of("", "") : List.of("cos_cache", "sin_cache"));
        parts.addAll(List.of("", "", ""));
        Object given = model.config().get("sliding_window");
        int window = given instanceof Number number ? number.intValue() : -1;
        List<Attribute> attributes = new ArrayList<>(List.of(
                Attribute.of("num_heads", heads()),
                Attribute.of("kv_num_heads", kvHeads()),
                Attribute.of("scale", (float) (1 / Math.sqrt(head()))),
                Attribute.of("local_window_size", window),
                Attribute.of("softcap", 0f),
                Attribute.of("do_rotary", rotaryOutside ? 0 : 1),
                Attribute.of("rotary_interleaved", interleaved ? 1 : 0)));
        if (window > 0) {
            attributes.add(Attribute.of("sliding_window_cache", 1));
        }
        String attended = name + attention + "/output_0";
        out.nodes(
                MICROSOFT,
                attention,
                name + attention,
                parts,
                List.of(attended, "present." + layer + ".key", "present." + layer + ".value"),
                attributes.toArray(Attribute[]::new));
        return product(name + "o_proj", attended, List.of(from + "o_proj"));
    }

    private String headNorm(int layer, String norm, String input, int count) {
        String name = "/model/layers." + layer + "/attn/" + norm + "/";
        String weight = "model.layers." + layer + ".attn." + norm + ".layernorm.weight";
        out.tensor(
                weight,
                tensor("model.layers." + layer + ".self_attn." + norm + ".weight")
                        .numbers(),
                head());
        out.number("INT64/[0, -1, " + head() + "]", List.of(3L), 0, -1, head());
        out.number("INT64/[0, -1, " + count * head() + "]", List.of(3L), 0, -1, (long) count * head());
        String split = out.node(
                "",
                "Reshape",
                name + "Reshape_1",
                List.of(input, ExportWriter.CONSTANTS + "INT64/[0, -1, " + head() + "]"));
        String normed = out.node(
                "",
                "SimplifiedLayerNormalization",
                name + "SimplifiedLayerNormalization",
                List.of(split, weight),
                Attribute.of("epsilon", number("rms_norm_eps").floatValue()),
                Attribute.of("axis", -1),
                Attribute.of("stash_type", 1));
        return out.node(
                "",
                "Reshape",
                name + "Reshape_2",
                List.of(normed, ExportWriter.CONSTANTS + "INT64/[0, -1, " + count * head() + "]"));
    }

    private String turn(String name, String input) {
        return out.node(
                MICROSOFT,
                "RotaryEmbedding",
                name + "/RotaryEmbedding",
                List.of(input, "position_ids", "cos_cache", "sin_cache"),
                Attribute.of("interleaved", 0),
                Attribute.of("num_heads", 0),
                Attribute.of("rotary_embedding_dim", 0));
    }

    private String feedForward(int layer, String input) {
        String name = "/model/layers." + layer + "/mlp/";
        String from = "model.layers." + layer + ".mlp.";
        if (has(from + "gate_up_proj.weight")) {
            unpack(from);
        }
        String gate = product(name + "gate_proj", input, List.of(from + "gate_proj"));
        String up = product(name + "up_proj", input, List.of(from + "up_proj"));
        String sigmoid = out.node("", "Sigmoid", name + "act_fn/Sigmoid", List.of(gate));
        String activated = out.node("", "Mul", name + "act_fn/Mul", List.of(gate, sigmoid));
        String inner = out.node("", "Mul", name + "Mul", List.of(activated, up));
        return product(name + "down_proj", inner, List.of(from + "down_proj"));
    }

    private void head(String input) {
        String read = input;
        if (pruned) {
            out.number("INT64/-1", List.of(), -1);
            String last = out.node(
                    "",
                    "Gather",
                    "/lm_head/prune/Gather",
                    List.of(input, ExportWriter.CONSTANTS + "INT64/-1"),
                    Attribute.of("axis", 1));
            read = out.node(
                    "", "Unsqueeze", "/lm_head/prune/Unsqueeze", List.of(last, ExportWriter.CONSTANTS + "INT64/[1]"));
        }
        String weight = tied() ? "model.embed_tokens.weight" : "lm_head.weight";
        multiply("/lm_head/MatMul", read, tensor(weight).numbers(), hidden(), "logits");
    }

    /// The modules' rows, one below the other, and their biases.
    private String product(String name, String input, List<String> modules) {
        List<float[]> weights = new ArrayList<>();
        List<float[]> biases = new ArrayList<>();
        for (String module : modules) {
            weights.add(tensor(module + ".weight").numbers());
            if (has(module + ".bias")) {
                biases.add(tensor(module + ".bias").numbers());
            }
        }
        int columns = tensor(modules.getFirst() + ".weight").shape().get(1).intValue();
        String product = name + "/MatMul/output_0";
        multiply(name + "/MatMul", input, ExportWriter.joined(weights), columns, product);
        if (biases.isEmpty()) {
            return product;
        }
        String bias = (name + "/Add").substring(1).replace('/', '.') + ".bias";
        float[] numbers = ExportWriter.joined(biases);
        out.tensor(bias, numbers, numbers.length);
        return out.node("", "Add", name + "/Add", List.of(product, bias));
    }

    private void multiply(String name, String input, float[] weight, int columns, String output) {
        String tensor = name.substring(1).replace('/', '.') + ".weight";
        int rows = weight.length / columns;
        if (bits == 32) {
            out.tensor(tensor, ExportWriter.transposed(weight, columns), columns, rows);
            out.nodes("", "MatMul", name, List.of(input, tensor), List.of(output));
            return;
        }
        out.codes(tensor, weight, columns, bits);
        out.nodes(
                MICROSOFT,
                "MatMulNBits",
                name + "_Q" + bits,
                List.of(input, tensor + "_Q" + bits, tensor + "_scales"),
                List.of(output),
                Attribute.of("K", columns),
                Attribute.of("N", rows),
                Attribute.of("bits", bits),
                Attribute.of("block_size", 32),
                Attribute.of("accuracy_level", accuracyLevel));
    }

    /// As `make_mlp_unpacked_regular`.
    private void unpack(String mlp) {
        TinyModel.Matrix both = tensor(mlp + "gate_up_proj.weight");
        int half = both.numbers().length / 2;
        List<Long> shape = List.of(both.shape().get(0) / 2, both.shape().get(1));
        unpacked.put(mlp + "gate_proj.weight", new TinyModel.Matrix(shape, Arrays.copyOf(both.numbers(), half), NONE));
        unpacked.put(
                mlp + "up_proj.weight",
                new TinyModel.Matrix(shape, Arrays.copyOfRange(both.numbers(), half, 2 * half), NONE));
    }

    private TinyModel.Matrix tensor(String name) {
        TinyModel.Matrix part = unpacked.get(name);
        return part == null ? model.tensor(name) : part;
    }

    private boolean has(String name) {
        return unpacked.containsKey(name) || model.has(name);
    }

    private int vocabulary() {
        return whole("vocab_size");
    }

    private int context() {
        return whole("max_position_embeddings");
    }

    private int layers() {
        return whole("num_hidden_layers");
    }

    private int hidden() {
        return whole("hidden_size");
    }

    private int heads() {
        return whole("num_attention_heads");
    }

    private int kvHeads() {
        return whole("num_key_value_heads");
    }

    private int head() {
        return model.config().containsKey("head_dim") ? whole("head_dim") : hidden() / heads();
    }

    private int whole(String field) {
        return number(field).intValue();
    }

    private Number number(String field) {
        return (Number) Objects.requireNonNull(model.config().get(field), field);
    }
}
