package io.autoglm.nano.corpus.phrase;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TypographyTest {
    @Test
    void han_names_join_the_sentence_and_latin_names_keep_their_spaces() {
        assertThat(Typography.tidy(Language.ZH, "你叫 李雷 。")).isEqualTo("你叫李雷。");
        assertThat(Typography.tidy(Language.ZH, "你叫 Tom 。")).isEqualTo("你叫 Tom。");
    }

    @Test
    void chinese_punctuation_is_full_width() {
        assertThat(Typography.tidy(Language.ZH, "你好 Tom ,很高兴认识你!")).isEqualTo("你好 Tom，很高兴认识你！");
        assertThat(Typography.tidy(Language.ZH, "名字: 李雷")).isEqualTo("名字：李雷");
    }

    @Test
    void coordinates_keep_their_ascii_comma() {
        assertThat(Typography.tidy(Language.ZH, "点击 [12,34]")).isEqualTo("点击 [12,34]");
    }

    @Test
    void english_is_left_alone() {
        assertThat(Typography.tidy(Language.EN, " Hi, Tom! ")).isEqualTo("Hi, Tom!");
    }
}
