package io.autoglm.nano.corpus.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The cut of text into words that BPE never joins: every Han character and every digit by itself, so that a name or a
/// number always has the same tokens wherever it stands; other letters in runs with one space before; the rest in runs.
final class Words {
    /// As Oniguruma (Hugging Face tokenizers) reads it.
    static final String PATTERN =
            "\\p{Han}|\\p{N}| ?[^\\P{L}\\p{Han}]+| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final Pattern JAVA =
            Pattern.compile(PATTERN.replace("\\p{Han}", "\\p{IsHan}"), Pattern.UNICODE_CASE);

    private Words() {}

    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = JAVA.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }
}
