package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.text.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LongTextTest {

    /// Three tokens each.
    private static final String SNOW = "☃".repeat(100_000);

    private static final String WORDS = "a few words that are rather short 你好 😀 ".repeat(20_000);

    private static final Tokenizer TOKENIZER = Tokenizer.open(Path.of("..", "models", "autoglm-nano"));

    @AfterAll
    static void close() {
        TOKENIZER.close();
    }

    @Test
    void a_text_exceeds_what_is_wanted_only_where_it_surely_has_more_tokens() {
        assertThat(TOKENIZER.encode(SNOW, false)).hasSize(300_000);

        assertThat(new LongText(TOKENIZER, SNOW, 2048).exceeds()).isTrue();
        assertThat(new LongText(TOKENIZER, WORDS + SNOW, 250_000).exceeds()).isTrue();
        assertThat(new LongText(TOKENIZER, SNOW, 300_000).exceeds()).isFalse();
        int words = TOKENIZER.encode(WORDS, false).length;
        assertThat(new LongText(TOKENIZER, WORDS, words).exceeds()).isFalse();
        assertThat(new LongText(TOKENIZER, WORDS, words / 2).exceeds()).isTrue();
    }

    @Test
    void the_end_of_a_text_holds_its_last_tokens_and_not_many_more() {
        for (String text : new String[] {SNOW + WORDS, WORDS + SNOW, WORDS, "short"}) {
            int[] all = TOKENIZER.encode(text, false);
            for (int most : new int[] {1, 2048, 50_000}) {
                int[] end = TOKENIZER.encode(new LongText(TOKENIZER, text, most).end(), false);

                assertThat(last(end, most)).isEqualTo(last(all, most));
                assertThat(end.length).isLessThan(most + 3 * Math.max(1 << 16, 2 * most) + 64);
            }
        }
    }

    private static int[] last(int[] tokens, int most) {
        return Arrays.copyOfRange(tokens, Math.max(0, tokens.length - most), tokens.length);
    }
}
