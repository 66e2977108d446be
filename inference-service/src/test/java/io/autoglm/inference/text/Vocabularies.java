package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Vocabularies for tests that need no encoder.
public final class Vocabularies {

    private Vocabularies() {}

    /// The 256 bytes by value, then `words`, then the control tokens `<|endoftext|>` and `<|user|>`.
    public static TokenBytes byteLevel(List<String> words) {
        return byteLevel(words, List.of());
    }

    /// @param marks added tokens that are not special, before the control tokens
    public static TokenBytes byteLevel(List<String> words, List<String> marks) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.putObject("decoder").put("type", "ByteLevel");
        ObjectNode vocabulary = json.putObject("model").putObject("vocab");
        for (int value = 0; value < 256; value++) {
            vocabulary.put(letter(value), value);
        }
        for (String word : words) {
            StringBuilder letters = new StringBuilder();
            for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
                letters.append(letter(value & 0xff));
            }
            vocabulary.put(letters.toString(), vocabulary.size());
        }
        marks.forEach(mark -> add(mark, false, json, vocabulary));
        List.of("<|endoftext|>", "<|user|>").forEach(control -> add(control, true, json, vocabulary));
        return new TokenBytes(json, "tokenizer.json");
    }

    private static void add(String content, boolean special, ObjectNode json, ObjectNode vocabulary) {
        int id = vocabulary.size() + json.path("added_tokens").size();
        json.withArray("added_tokens")
                .addObject()
                .put("id", id)
                .put("content", content)
                .put("special", special);
    }

    /// GPT-2's stand-in for a byte.
    private static String letter(int value) {
        int next = 256;
        for (int byteValue = 0; byteValue < 256; byteValue++) {
            boolean printable = (byteValue >= '!' && byteValue <= '~')
                    || (byteValue >= 0xa1 && byteValue <= 0xac)
                    || byteValue >= 0xae;
            if (byteValue == value) {
                return Character.toString(printable ? value : next);
            }
            next += printable ? 0 : 1;
        }
        throw new IllegalArgumentException("no byte: " + value);
    }
}
