package io.autoglm.inference.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.model.ModelLoadException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A byte-level and a SentencePiece-like vocabulary, both decoded by Hugging Face's own library for comparison.
class TokenizerTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path directory;

    private static Tokenizer tokenizer;
    private static HuggingFaceTokenizer reference;

    @BeforeAll
    static void open() throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), byteLevel().toString());
        tokenizer = Tokenizer.open(directory);
        reference = HuggingFaceTokenizer.newInstance(
                directory.resolve("tokenizer.json"), Map.of("truncation", "false", "padding", "false"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        reference.close();
    }

    @Test
    void any_text_survives_encoding_and_decoding() {
        Random random = new Random(11);
        for (int run = 0; run < 300; run++) {
            String text = text(random);

            assertThat(tokenizer.decode(tokenizer.encode(text, false), true)).isEqualTo(text);
        }
    }

    @Test
    void a_text_of_many_tokens_is_not_cut() {
        assertThat(tokenizer.encode("xyz".repeat(2000), false)).hasSize(6000);
    }

    @Test
    void control_tokens_in_a_prompt_are_single_tokens_and_are_hidden_in_an_answer() {
        int user = tokenizer.encode("<|user|>", false)[0];

        assertThat(tokenizer.encode("a<|user|>b", false)).hasSize(3).contains(user);
        assertThat(tokenizer.decode(tokenizer.encode("a<|user|>b", false), false))
                .isEqualTo("ab");
        assertThat(tokenizer.decode(tokenizer.encode("a<|user|>b", false), true))
                .isEqualTo("a<|user|>b");
        assertThat(tokenizer.bytes().isControl(user)).isTrue();
    }

    @Test
    void the_marks_of_calls_and_reasoning_are_shown_even_where_they_are_control_tokens() {
        int[] call = tokenizer.encode("<think>a</think><tool_call>now</tool_call>", false);

        assertThat(tokenizer.decode(call, false)).isEqualTo("<think>a</think><tool_call>now</tool_call>");
    }

    @Test
    void every_token_has_its_bytes() {
        for (int id = 0; id < 256; id++) {
            assertThat(tokenizer.bytes().bytes(id)).hasSize(1);
        }
        assertThat(Arrays.equals(tokenizer.bytes().bytes(256), "é".getBytes(StandardCharsets.UTF_8)))
                .isTrue();
        assertThat(tokenizer.bytes().bytes(100_000)).isEmpty();
        assertThat(tokenizer.bytes().bytes(-1)).isEmpty();
    }

    @Test
    void a_stream_is_the_decoding_of_the_whole_and_never_splits_or_revises_a_character() {
        Random random = new Random(13);
        for (int run = 0; run < 2000; run++) {
            int[] tokens = random.ints(random.nextInt(20), 0, tokenizer.vocabularySize())
                    .toArray();
            TextStream stream = tokenizer.stream(true, false);
            StringBuilder text = new StringBuilder();
            for (int token : tokens) {
                String piece = stream.append(token);
                assertThat(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                        .isTrue();
                text.append(piece);
            }
            text.append(stream.end());

            assertThat(text.toString()).isEqualTo(reference.decode(longs(tokens), false));
            assertThat(tokenizer.decode(tokens, false)).isEqualTo(skipped(tokens));
        }
    }

    @Test
    void a_character_comes_with_its_last_byte() {
        TextStream stream = tokenizer.stream(false, false);
        byte[] smile = "😀".getBytes(StandardCharsets.UTF_8);

        for (int i = 0; i < 3; i++) {
            assertThat(stream.append(idOfByte(smile[i]))).isEmpty();
        }
        assertThat(stream.append(idOfByte(smile[3]))).isEqualTo("😀");
        assertThat(stream.append(idOfByte(smile[0]))).isEmpty();
        assertThat(stream.end()).isEqualTo("\ufffd");
    }

    @Test
    void a_sentencepiece_vocabulary_decodes_as_the_library_decodes_it(@TempDir Path other) throws IOException {
        Files.writeString(other.resolve("tokenizer.json"), sentencePiece().toString());
        try (Tokenizer pieces = Tokenizer.open(other);
                HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(
                        other.resolve("tokenizer.json"), Map.of("truncation", "false", "padding", "false"))) {
            int[] tokens = pieces.encode("hello hello 你", false);

            assertThat(pieces.decode(tokens, true))
                    .isEqualTo("hello hello 你")
                    .isEqualTo(library.decode(longs(tokens), false));
        }
    }

    @Test
    void a_text_that_goes_on_keeps_the_space_that_a_text_of_its_own_loses(@TempDir Path other) throws IOException {
        Files.writeString(other.resolve("tokenizer.json"), sentencePiece().toString());
        try (Tokenizer pieces = Tokenizer.open(other);
                HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(
                        other.resolve("tokenizer.json"), Map.of("truncation", "false", "padding", "false"))) {
            int[] prompt = pieces.encode("hello", false);
            int[] answer = pieces.encode("hello 你", false);
            int[] whole = IntStream.concat(Arrays.stream(prompt), Arrays.stream(answer))
                    .toArray();

            assertThat(read(pieces.stream(true, false), answer))
                    .as("an answer of its own")
                    .isEqualTo(library.decode(longs(answer), false))
                    .isEqualTo("hello 你");
            assertThat(pieces.decode(prompt, true) + read(pieces.stream(true, true), answer))
                    .as("an answer that continues its prompt")
                    .isEqualTo(library.decode(longs(whole), false))
                    .isEqualTo("hello hello 你");
        }
    }

    private static String read(TextStream stream, int[] tokens) {
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
            text.append(stream.append(token));
        }
        return text.append(stream.end()).toString();
    }

    @Test
    void a_missing_or_broken_file_is_one_line_that_names_it(@TempDir Path other) throws IOException {
        assertThatThrownBy(() -> Tokenizer.open(other))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageMatching(".*tokenizer.json: not found");
        Files.writeString(other.resolve("tokenizer.model"), "");
        assertThatThrownBy(() -> Tokenizer.open(other))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("take tokenizer.json from the '-hf' repository of the same model");
        Files.writeString(other.resolve("tokenizer.json"), "{\"version\": ");
        assertThatThrownBy(() -> Tokenizer.open(other))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageMatching(".*tokenizer.json: is not JSON.*");
        Files.writeString(other.resolve("tokenizer.json"), "{}");
        assertThatThrownBy(() -> Tokenizer.open(other))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("decoder");
    }

    private static String skipped(int[] tokens) {
        return reference.decode(
                longs(Arrays.stream(tokens)
                        .filter(token -> !tokenizer.bytes().isHidden(token))
                        .toArray()),
                false);
    }

    private static long[] longs(int[] tokens) {
        return Arrays.stream(tokens).asLongStream().toArray();
    }

    private static int idOfByte(byte value) {
        for (int id = 0; id < 256; id++) {
            if (tokenizer.bytes().bytes(id)[0] == value) {
                return id;
            }
        }
        throw new AssertionError();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            int code = switch (random.nextInt(4)) {
                case 0 -> ' ' + random.nextInt(95);
                case 1 -> 0xc0 + random.nextInt(0x200);
                case 2 -> 0x4e00 + random.nextInt(0x500);
                default -> 0x1f600 + random.nextInt(64);
            };
            text.appendCodePoint(code);
        }
        return text.toString();
    }

    /// The 256 letters of a byte-level alphabet and a few merges across a character's bytes.
    private static ObjectNode byteLevel() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        int next = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xa1 && value <= 0xac) || value >= 0xae;
            vocabulary.put(Character.toString(printable ? value : next++), vocabulary.size());
        }
        List<List<String>> merges = List.of(
                List.of("Ã", "©"),
                List.of("ä", "½"),
                List.of("ð", "Ł"),
                List.of("ðŁ", "ĺ"),
                List.of("Ġ", "a"),
                List.of("½", "ł"));
        merges.forEach(merge -> vocabulary.put(String.join("", merge), vocabulary.size()));
        ObjectNode json = MAPPER.createObjectNode().put("version", "1.0");
        ArrayNode added = json.putArray("added_tokens");
        List<String> names = List.of("<|endoftext|>", "<|user|>", "<think>", "</think>", "<tool_call>", "</tool_call>");
        for (int i = 0; i < names.size(); i++) {
            added.addObject()
                    .put("id", vocabulary.size() + i)
                    .put("content", names.get(i))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        for (String part : List.of("pre_tokenizer", "decoder")) {
            json.putObject(part)
                    .put("type", "ByteLevel")
                    .put("add_prefix_space", false)
                    .put("trim_offsets", true)
                    .put("use_regex", true);
        }
        ObjectNode model = json.putObject("model").put("type", "BPE");
        model.set("vocab", MAPPER.valueToTree(vocabulary));
        model.set("merges", MAPPER.valueToTree(merges));
        return json;
    }

    private static ObjectNode sentencePiece() throws IOException {
        return (ObjectNode) MAPPER.readTree("""
                {"version": "1.0",
                 "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                   {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
                 "decoder": {"type": "Sequence", "decoders": [
                   {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
                   {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
                 "added_tokens": [{"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
                   "normalized": false, "special": true}],
                 "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                   "vocab": {"<unk>": 0, "<0xE4>": 1, "<0xBD>": 2, "<0xA0>": 3, "▁": 4, "h": 5, "e": 6, "l": 7, "o": 8,
                     "he": 9, "ll": 10, "hell": 11, "hello": 12, "▁hello": 13},
                   "merges": [["h", "e"], ["l", "l"], ["he", "ll"], ["hell", "o"], ["▁", "hello"]]}}
                """);
    }
}
