package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;

/// A byte-level vocabulary of the size that Qwen and GLM have, of made-up words: English and Chinese,
/// punctuation, runs of spaces. The 256 bytes come first, by value; the last token is the end.
public final class WordVocabulary {

    public static final int TOKENS = 152_000;

    private static final int BYTES = 256;
    private static final int LONGEST_RUN = 128;
    private static final String PUNCTUATION = "\"{}[]:,.\\/ -_()=<>;\n";
    private static final String LETTERS = "eeettaaoinsrhldcumfpgwybvkxjqz";

    private WordVocabulary() {}

    public static TokenBytes make() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.putObject("decoder").put("type", "ByteLevel");
        ObjectNode vocabulary = json.putObject("model").putObject("vocab");
        String[] letters = letters();
        for (int value = 0; value < BYTES; value++) {
            vocabulary.put(letters[value], value);
        }
        for (String word : words(new Random(5))) {
            StringBuilder written = new StringBuilder();
            for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
                written.append(letters[value & 0xff]);
            }
            vocabulary.put(written.toString(), vocabulary.size());
        }
        json.putArray("added_tokens")
                .addObject()
                .put("id", TOKENS - 1)
                .put("content", "<|endoftext|>")
                .put("special", true);
        return new TokenBytes(json, "tokenizer.json");
    }

    /// GPT-2's letter for each byte: the printable ones stand for themselves, the others follow from U+0100 on.
    public static String[] letters() {
        String[] letters = new String[BYTES];
        int standIn = BYTES;
        for (int value = 0; value < BYTES; value++) {
            boolean printable = (value > ' ' && value < 127) || (value > 160 && value != 173);
            letters[value] = Character.toString(printable ? value : standIn++);
        }
        return letters;
    }

    private static Set<String> words(Random random) {
        Set<String> words = new LinkedHashSet<>();
        for (int run = 2; run <= LONGEST_RUN; run++) {
            words.add(" ".repeat(run));
        }
        while (words.size() < TOKENS - BYTES - 1) {
            String word = word(random);
            if (word.getBytes(StandardCharsets.UTF_8).length > 1) {
                words.add(word);
            }
        }
        return words;
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        int length = 2 + (int) Math.min(14, Math.abs(random.nextGaussian()) * 5);
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> random.ints(1 + length / 4, 0x4e00, 0x9fa5).forEach(word::appendCodePoint);
            case 3 ->
                random.ints(length / 2 + 1, 0, PUNCTUATION.length()).forEach(i -> word.append(PUNCTUATION.charAt(i)));
            default -> {
                word.append(random.nextBoolean() ? " " : "");
                random.ints(length, 0, LETTERS.length()).forEach(i -> word.append(LETTERS.charAt(i)));
            }
        }
        return word.toString();
    }
}
