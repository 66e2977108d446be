package io.autoglm.nano.corpus.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.autoglm.nano.corpus.Corpus;
import io.autoglm.nano.corpus.chat.ChatText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    private static final Path MODEL = Path.of("..");
    private static final List<String> HARD = List.of(
            "",
            " ",
            "  two  spaces \n\n and lines\r\n",
            "I'm Zoë, naïve café — “quoted” … 3.14 × 2",
            "中文English混排123，全角：？！",
            "日本語のテキスト 한국어 العربية",
            "😀 👩‍👩‍👧 🇨🇳",
            "<|user|>\nhi<|assistant|>\n<tool_call>f</tool_call>",
            "<|unknown|> [gMASK]<sop>x",
            "\t\ttabs\u00a0and\u3000wide spaces");

    @Test
    void it_gives_the_ids_that_hugging_face_gives_from_its_file() throws IOException {
        Tokenizer ours = TokenizerFile.read(MODEL.resolve("tokenizer.json"));
        var corpus = new Corpus(3);
        List<String> texts = Stream.concat(
                        HARD.stream(),
                        LongStream.range(0, 300).mapToObj(corpus::dialogue).map(ChatText::prompt))
                .toList();

        try (var theirs = HuggingFaceTokenizer.builder()
                .optTokenizerPath(MODEL.resolve("tokenizer.json"))
                .optTruncation(false)
                .optAddSpecialTokens(false)
                .build()) {
            assertThat(texts)
                    .allSatisfy(text -> assertThat(ours.encode(text).stream()
                                    .mapToLong(Integer::longValue)
                                    .toArray())
                            .isEqualTo(theirs.encode(text).getIds()));
        }
    }

    @Test
    void hugging_face_adds_nothing_of_its_own_even_when_asked_for_special_tokens() throws IOException {
        try (var theirs = HuggingFaceTokenizer.builder()
                .optTokenizerPath(MODEL.resolve("tokenizer.json"))
                .optTruncation(false)
                .optAddSpecialTokens(true)
                .build()) {
            assertThat(theirs.encode("hi").getTokens()).containsExactly("hi");
        }
    }

    @Test
    void decoding_gives_the_text_back_without_control_marks() throws IOException {
        Tokenizer tokenizer = TokenizerFile.read(MODEL.resolve("tokenizer.json"));

        assertThat(HARD.stream().limit(7))
                .allSatisfy(text ->
                        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text));
        assertThat(tokenizer.decode(tokenizer.encode("<|user|>\n<tool_call>f</tool_call>")))
                .isEqualTo("\n<tool_call>f</tool_call>");
    }

    @Test
    void digits_and_han_characters_are_tokens_of_their_own() throws IOException {
        Tokenizer tokenizer = TokenizerFile.read(MODEL.resolve("tokenizer.json"));

        assertThat(tokenizer.encode("2048")).hasSize(4);
        assertThat(tokenizer.encode("你叫李明")).hasSize(4);
    }

    @Test
    void training_is_repeatable_and_survives_its_file(@TempDir Path directory) throws IOException {
        List<String> texts = List.of("low lower lowest 低低", "newer wider", "low low 高");
        Tokenizer first = BytePairTrainer.train(texts.stream(), 280);
        Tokenizer second = BytePairTrainer.train(texts.stream(), 280);

        TokenizerFile.write(first, directory.resolve("tokenizer.json"));

        assertThat(second.merges()).isEqualTo(first.merges());
        assertThat(TokenizerFile.read(directory.resolve("tokenizer.json")).encode("lowest 高"))
                .isEqualTo(first.encode("lowest 高"));
    }

    @Test
    void the_model_directory_is_small_and_whole() throws IOException {
        List<String> files = List.of(
                "config.json",
                "generation_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "chat_template.jinja",
                "model.safetensors",
                "README.md");
        long bytes = 0;
        for (String file : files) {
            bytes += Files.size(MODEL.resolve(file));
        }

        assertThat(bytes).isLessThan(16L << 20);
    }
}
