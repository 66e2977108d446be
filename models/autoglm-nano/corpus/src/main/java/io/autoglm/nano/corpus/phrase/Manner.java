package io.autoglm.nano.corpus.phrase;

import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// The habits of people who type: a word before the question, a capital or none, a question mark or none.
final class Manner {
    private static final List<String> BEFORE = List.of(
            "ok, ",
            "hey, ",
            "so ",
            "well, ",
            "now ",
            "one more thing: ",
            "by the way, ",
            "I have a question: ",
            "excuse me, ",
            "and ",
            "hello, ",
            "hi, ",
            "please, ",
            "sorry, ",
            "next question: ",
            "thanks. ",
            "good. ");
    private static final List<String> AFTER = List.of(" please", ", please", ", thanks", " thanks", ", ok");
    private static final List<String> BEFORE_ZH =
            List.of("请问，", "那么，", "对了，", "好，", "嗯，", "你好，", "那", "再问一下，", "不好意思，", "谢谢，", "顺便问一下，", "好的，");
    private static final List<String> AFTER_ZH = List.of("，谢谢", "呢", "呀", "啊", "，好吗");
    private static final Pattern QUESTION = Pattern.compile(
            "(?i)^(what|what's|which|who|whom|where|how|is|are|can|could|do|does|will|when|why|may|did|was|would|have|by|in"
                    + " which|at what|of which)\\b.*");
    private static final Pattern QUESTION_ZH = Pattern.compile(".*(吗|什么|哪|多少|几|谁|怎么|如何|呢|怎样).*");

    private static final Pattern LITTLE_WORD =
            Pattern.compile("(?<= )(the|a|an|is|to|of|me|my|do|does|can|you|it|be) ");
    private static final Pattern LITTLE_WORD_ZH = Pattern.compile("[的了吗是请]|一下");

    private final RandomGenerator random;
    private final Language language;
    private final Wording wording;

    Manner(RandomGenerator random, Language language, Wording wording) {
        this.random = random;
        this.language = language;
        this.wording = wording;
    }

    /// The text with a word too many, or a little word missing: so that the model learns to look past words
    /// that it does not know.
    String careless(String text, String noise) {
        if (wording == Wording.HELD_OUT || !chance(0.2)) {
            return text;
        }
        if (chance(0.35)) {
            return (language == Language.EN ? LITTLE_WORD : LITTLE_WORD_ZH)
                    .matcher(text)
                    .replaceFirst("");
        }
        if (language == Language.ZH) {
            int at = random.nextInt(text.length() + 1);
            boolean splitsLatin = at > 0 && text.charAt(at - 1) < 128;
            return splitsLatin ? noise + text : text.substring(0, at) + noise + text.substring(at);
        }
        int space = text.indexOf(' ', random.nextInt(text.length()));
        return space < 0 ? noise + " " + text : text.substring(0, space) + " " + noise + text.substring(space);
    }

    String apply(String text, boolean open) {
        return language == Language.EN ? english(text, open) : chinese(text, open);
    }

    private String english(String text, boolean open) {
        boolean question = QUESTION.matcher(text).matches();
        String said = text;
        if (wording == Wording.TRAINING && chance(0.15)) {
            said = one(BEFORE) + said;
        }
        if (!open && wording == Wording.TRAINING && chance(0.06)) {
            said += one(AFTER);
        }
        if (chance(0.6)) {
            said = said.substring(0, 1).toUpperCase(Locale.ROOT) + said.substring(1);
        }
        return open ? said : punctuated(said, question ? "?" : chance(0.7) ? "." : "!", question ? 0.7 : 0.45);
    }

    private String chinese(String text, boolean open) {
        boolean question = QUESTION_ZH.matcher(text).matches();
        String said = text;
        if (wording == Wording.TRAINING && chance(0.15)) {
            said = one(BEFORE_ZH) + said;
        }
        if (!open && wording == Wording.TRAINING && chance(0.06)) {
            said += one(AFTER_ZH);
        }
        said = open ? said : punctuated(said, question ? "？" : chance(0.7) ? "。" : "！", question ? 0.6 : 0.4);
        if (chance(0.25)) {
            said = Typography.dense(said);
        }
        return !open && chance(0.12) ? Typography.narrow(said) : said;
    }

    private String punctuated(String text, String mark, double probability) {
        boolean bare = Character.isLetterOrDigit(text.charAt(text.length() - 1));
        return bare && chance(probability) ? text + mark : text;
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private String one(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }
}
