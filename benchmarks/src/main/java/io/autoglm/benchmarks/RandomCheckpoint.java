package io.autoglm.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.model.ElementType;
import io.autoglm.inference.model.SafetensorsWriter;
import io.autoglm.inference.text.WordVocabulary;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// A checkpoint of random weights in the shape of Qwen2.5-0.5B: it computes what the real one does, and says nothing.
/// For measurements where the real one cannot be downloaded. Its tokenizer has as many tokens, all of them made up.
///
/// `RandomCheckpoint FOLDER`, as `./autoglm bench` calls it.
public final class RandomCheckpoint {

    private static final int HIDDEN = 896;
    private static final int LAYERS = 24;
    private static final int HEADS = 14;
    private static final int KV_WIDTH = 128;
    private static final int INNER = 4864;
    private static final int VOCABULARY = 151_936;
    private static final int FIRST_SPECIAL = 151_643;
    private static final List<String> SPECIAL = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    private static final double DEVIATION = 0.02;

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<SafetensorsWriter.Entry> entries = new ArrayList<>();

    private RandomCheckpoint() {}

    /// Writes about 1 GB; nothing if the folder holds it already.
    public static void main(String... arguments) throws IOException {
        PrintStream out = System.out;
        if (arguments.length != 1) {
            out.println("usage: RandomCheckpoint FOLDER");
            return;
        }
        Path folder = Path.of(arguments[0]);
        Path weights = folder.resolve("model.safetensors");
        if (Files.exists(weights)) {
            return;
        }
        out.println("writing random weights (1 GB) to " + folder);
        Files.createDirectories(folder);
        ObjectMapper json = new ObjectMapper();
        json.writeValue(folder.resolve("config.json").toFile(), config());
        json.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer());
        Path unfinished = folder.resolve("model.safetensors.part");
        SafetensorsWriter.write(unfinished, new RandomCheckpoint().tensors());
        Files.move(unfinished, weights);
    }

    private static Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("Qwen2ForCausalLM"));
        config.put("model_type", "qwen2");
        config.put("hidden_act", "silu");
        config.put("hidden_size", HIDDEN);
        config.put("intermediate_size", INNER);
        config.put("num_hidden_layers", LAYERS);
        config.put("num_attention_heads", HEADS);
        config.put("num_key_value_heads", 2);
        config.put("vocab_size", VOCABULARY);
        config.put("max_position_embeddings", 32_768);
        config.put("rms_norm_eps", 1e-6);
        config.put("rope_theta", 1_000_000.0);
        config.put("tie_word_embeddings", true);
        config.put("eos_token_id", List.of(151_645, 151_643));
        return config;
    }

    private static Map<String, Object> tokenizer() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        String[] letters = WordVocabulary.letters();
        for (int octet = 0; octet < letters.length; octet++) {
            vocabulary.put(letters[octet], octet);
        }
        for (int id = letters.length; id < FIRST_SPECIAL; id++) {
            vocabulary.put(letters[' '] + Integer.toString(id, Character.MAX_RADIX), id);
        }
        List<Map<String, Object>> added = new ArrayList<>();
        for (String content : SPECIAL) {
            added.add(Map.of(
                    "id", FIRST_SPECIAL + added.size(),
                    "content", content,
                    "single_word", false,
                    "lstrip", false,
                    "rstrip", false,
                    "normalized", false,
                    "special", true));
        }
        Map<String, Object> byteLevel =
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", false, "use_regex", true);
        return Map.of(
                "version", "1.0",
                "added_tokens", added,
                "pre_tokenizer", byteLevel,
                "decoder", byteLevel,
                "model", Map.of("type", "BPE", "vocab", vocabulary, "merges", List.of()));
    }

    private List<SafetensorsWriter.Entry> tensors() {
        random("model.embed_tokens.weight", VOCABULARY, HIDDEN);
        for (int n = 0; n < LAYERS; n++) {
            String layer = "model.layers." + n + ".";
            ones(layer + "input_layernorm.weight");
            projection(layer + "self_attn.q_proj", HIDDEN);
            projection(layer + "self_attn.k_proj", KV_WIDTH);
            projection(layer + "self_attn.v_proj", KV_WIDTH);
            random(layer + "self_attn.o_proj.weight", HIDDEN, HIDDEN);
            ones(layer + "post_attention_layernorm.weight");
            random(layer + "mlp.gate_proj.weight", INNER, HIDDEN);
            random(layer + "mlp.up_proj.weight", INNER, HIDDEN);
            random(layer + "mlp.down_proj.weight", HIDDEN, INNER);
        }
        ones("model.norm.weight");
        return entries;
    }

    private void projection(String module, long rows) {
        random(module + ".weight", rows, HIDDEN);
        random(module + ".bias", rows);
    }

    private void random(String name, List<Long> shape) {
        // The sum of three even numbers is near enough to a Gaussian, and ten times as fast to draw.
        entries.add(new SafetensorsWriter.Entry(name, ElementType.BF16, shape, _ ->
                (float) (2 * DEVIATION * (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5))));
    }

    private void random(String name, long rows, long columns) {
        random(name, List.of(rows, columns));
    }

    private void random(String name, long size) {
        random(name, List.of(size));
    }

    private void ones(String name) {
        entries.add(new SafetensorsWriter.Entry(name, ElementType.BF16, List.of((long) HIDDEN), _ -> 1f));
    }
}
