package io.autoglm.nano.corpus.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The `tokenizer.json` of Hugging Face tokenizers: added tokens, the split pattern, byte-level BPE with its merges.
/// Nothing is added to a text on encoding: the chat template writes `[gMASK]<sop>` itself.
public final class TokenizerFile {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private TokenizerFile() {}

    public static void write(Tokenizer tokenizer, Path file) throws IOException {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        root.set("added_tokens", addedTokens(tokenizer));
        root.putNull("normalizer");
        root.set("pre_tokenizer", preTokenizer());
        root.putNull("post_processor");
        root.set("decoder", byteLevel());
        root.set("model", model(tokenizer));
        MAPPER.writeValue(file.toFile(), root);
    }

    public static Tokenizer read(Path file) throws IOException {
        JsonNode model = MAPPER.readTree(file.toFile()).path("model");
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        model.path("vocab")
                .properties()
                .forEach(
                        entry -> vocabulary.put(entry.getKey(), entry.getValue().intValue()));
        List<Tokenizer.Merge> merges = new ArrayList<>();
        model.path("merges")
                .forEach(merge -> merges.add(new Tokenizer.Merge(
                        merge.get(0).textValue(), merge.get(1).textValue())));
        return new Tokenizer(vocabulary, merges);
    }

    private static ArrayNode addedTokens(Tokenizer tokenizer) {
        ArrayNode added = MAPPER.createArrayNode();
        tokenizer
                .specials()
                .forEach((token, id) -> added.addObject()
                        .put("id", id)
                        .put("content", token)
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", SpecialTokens.CONTROL.contains(token)));
        return added;
    }

    private static ObjectNode preTokenizer() {
        ObjectNode sequence = MAPPER.createObjectNode().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", Words.PATTERN);
        split.put("behavior", "Isolated").put("invert", false);
        steps.add(byteLevel());
        return sequence;
    }

    private static ObjectNode byteLevel() {
        return MAPPER.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
    }

    private static ObjectNode model(Tokenizer tokenizer) {
        ObjectNode model = MAPPER.createObjectNode().put("type", "BPE");
        model.putNull("dropout").putNull("unk_token").putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix").put("fuse_unk", false).put("byte_fallback", false);
        model.put("ignore_merges", false);
        ObjectNode vocabulary = model.putObject("vocab");
        tokenizer.vocabulary().forEach(vocabulary::put);
        ArrayNode merges = model.putArray("merges");
        tokenizer.merges().forEach(merge -> merges.addArray().add(merge.left()).add(merge.right()));
        return model;
    }
}
