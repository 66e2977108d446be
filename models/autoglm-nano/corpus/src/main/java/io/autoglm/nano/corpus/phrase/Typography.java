package io.autoglm.nano.corpus.phrase;

import java.util.regex.Pattern;

/// Spacing and punctuation of Chinese text with Latin words in it: full-width punctuation, one space between Han and
/// Latin, none between Han and Han. English text is only trimmed.
final class Typography {
    private static final String WIDE = "，。！？：；“”、";
    private static final Pattern COMMA = Pattern.compile("(?<=\\p{IsHan}) *, *|, *(?=\\p{IsHan})|(?<=\\p{Alnum}) +, *");
    private static final Pattern COLON = Pattern.compile("(?<=\\p{IsHan}) *: *|: *(?=\\p{IsHan})");
    private static final Pattern SPACE_BETWEEN_HAN = Pattern.compile("(?<=\\p{IsHan}) +(?=\\p{IsHan})");
    private static final Pattern SPACE_AT_WIDE = Pattern.compile(" +(?=[" + WIDE + "])|(?<=[" + WIDE + "]) +");
    private static final Pattern SPACE_AT_BORDER =
            Pattern.compile("(?<=\\p{IsHan}) +(?=[A-Za-z0-9])|(?<=[A-Za-z0-9]) +(?=\\p{IsHan})");

    private Typography() {}

    static String tidy(Language language, String text) {
        if (language == Language.EN) {
            return text.strip();
        }
        String wide = COMMA.matcher(text).replaceAll("，").replace('!', '！').replace('?', '？');
        wide = COLON.matcher(wide).replaceAll("：");
        wide = SPACE_BETWEEN_HAN.matcher(wide).replaceAll("");
        return SPACE_AT_WIDE.matcher(wide).replaceAll("").strip();
    }

    /// The same text as a hurried writer types it: no space between Han and Latin.
    static String dense(String text) {
        return SPACE_AT_BORDER.matcher(text).replaceAll("");
    }

    /// The same text with the punctuation of an ASCII keyboard.
    static String narrow(String text) {
        return text.replace('，', ',')
                .replace('。', '.')
                .replace('！', '!')
                .replace('？', '?')
                .replace('：', ':');
    }
}
