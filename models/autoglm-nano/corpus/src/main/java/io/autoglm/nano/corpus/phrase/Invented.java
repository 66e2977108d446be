package io.autoglm.nano.corpus.phrase;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Names that nobody bears, spelled from syllables or Han characters. Recalling a name means copying it, and a model
/// learns to copy only when it meets far more names than it could learn by heart.
final class Invented {
    private static final List<String> ONSETS = List.of(
            "B", "Br", "C", "Ch", "D", "Dr", "F", "Fl", "G", "Gr", "H", "J", "K", "Kr", "L", "M", "N", "P", "Ph", "Qu",
            "R", "S", "Sh", "St", "T", "Th", "Tr", "V", "W", "Y", "Z", "A", "E", "I", "O", "U", "Al", "An", "El", "Is",
            "Ar", "Or", "Ber", "Cor", "Mar", "Wil", "Gwen", "Pen", "Rosa", "Theo", "Leo", "Bar", "Mont", "San", "Kath",
            "Fer", "Wolf", "Sig", "Isa", "Cas", "Val", "Jo", "Mar", "Ed", "Hei");
    private static final List<String> MIDDLES = List.of(
            "a", "e", "i", "o", "u", "ai", "ea", "ie", "ou", "an", "en", "in", "on", "ar", "er", "or", "al", "el", "il",
            "ol", "am", "em", "om", "as", "es", "is", "os", "ad", "ed", "id", "od", "ag", "eg", "ig", "ul", "ur", "und",
            "ath", "eth", "itz", "emb", "ander", "elia", "int", "ing", "ius", "aph", "ica");
    private static final List<String> ENDS = List.of(
            "", "a", "o", "e", "y", "n", "r", "s", "t", "d", "l", "la", "na", "ra", "ta", "da", "ria", "lia", "nia",
            "dor", "rick", "ry", "ly", "ny", "ton", "ven", "vin", "las", "mus", "nus", "ric", "bert", "mund", "gard",
            "wyn", "beth", "line", "ette", "ina", "ella", "son", "man", "win", "fred", "ther", "phina", "lope", "gold",
            "dora", "aby", "deus", "ander", "ia", "io", "ie", "us", "ard", "ald");
    private static final List<String> PLACE_ENDS = List.of(
            "ville", "ton", "burg", "ford", "dale", "port", "field", "stadt", "grad", "mouth", "ham", "land", "haven",
            "polis", "wick", "bridge", "berg", "dam", "vik", "lin", "na", "vo", "io", "to", "ra", "don", "ia", "ana",
            "o", "a", "en", "is", "ech", "ova", "alia");
    private static final List<String> PLACE_WORDS = List.of("New ", "Port ", "San ", "Saint ", "North ", "Old ", "El ");
    private static final List<String> SURNAMES = List.of(
            "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文温温贺严莫游庞尤岳"
                    .split(""));

    private static final int SPLICE = 4;
    private static final List<String> CONSONANTS = List.of(
            "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t", "v", "w", "x", "z", "bl",
            "br", "ch", "ck", "cr", "dr", "fl", "gr", "ll", "mb", "nd", "ng", "nn", "nt", "ph", "pp", "rd", "rn", "rr",
            "rt", "sc", "sh", "sk", "sl", "sp", "ss", "st", "th", "tr", "tt", "wn", "zz");
    private static final List<String> VOWELS = List.of(
            "a", "e", "i", "o", "u", "y", "a", "e", "i", "o", "ae", "ea", "ee", "ei", "ia", "io", "oa", "oo", "ou");
    private static final int FIRST_HAN = 0x4E00;
    private static final int LAST_HAN = 0x9FA5;

    private final List<String> characters;
    private final List<String> words;
    private final Set<String> forbidden;

    /// `characters` are the Han characters that names may hold, `words` English ones to splice names from; no result
    /// holds a `forbidden` word (lower case).
    Invented(List<String> characters, List<String> words, Set<String> forbidden) {
        this.characters = List.copyOf(characters);
        this.words = words.stream().filter(word -> word.length() >= SPLICE).toList();
        this.forbidden = Set.copyOf(forbidden);
    }

    String person(Language language, RandomGenerator random) {
        return allowed(() -> language == Language.ZH ? chinesePerson(random) : latinPerson(random));
    }

    String place(Language language, RandomGenerator random) {
        return allowed(() -> language == Language.ZH ? chinesePlace(random) : latinPlace(random));
    }

    /// Letters, or Han characters, that no list holds: rare pieces of the vocabulary must be copied as well.
    String gibberish(Language language, RandomGenerator random) {
        return allowed(() -> language == Language.ZH ? characters(random) : letters(random));
    }

    private static String letters(RandomGenerator random) {
        var text = new StringBuilder();
        int syllables = random.nextInt(1, 4);
        for (int i = 0; i < syllables; i++) {
            text.append(random.nextInt(6) > 0 ? one(CONSONANTS, random) : "").append(one(VOWELS, random));
        }
        return text.append(random.nextInt(2) > 0 ? one(CONSONANTS, random) : "").toString();
    }

    private static String characters(RandomGenerator random) {
        var text = new StringBuilder();
        int count = random.nextInt(2, 4);
        for (int i = 0; i < count; i++) {
            text.appendCodePoint(random.nextInt(FIRST_HAN, LAST_HAN + 1));
        }
        return text.toString();
    }

    private String allowed(java.util.function.Supplier<String> draw) {
        while (true) {
            String name = draw.get();
            String lower = name.toLowerCase(Locale.ROOT);
            if (name.length() > 1 && forbidden.stream().noneMatch(lower::contains)) {
                return name;
            }
        }
    }

    private String latinPerson(RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> spliced(random);
            case 2, 3 -> capital(letters(random) + letters(random));
            default -> latin(random, ENDS);
        };
    }

    /// The beginning of one word and the end of another, which brings letters together as no list of syllables does.
    private String spliced(RandomGenerator random) {
        String start = one(words, random);
        String end = one(words, random);
        String name = start.substring(0, random.nextInt(2, SPLICE + 1))
                + end.substring(end.length() - random.nextInt(2, SPLICE + 1));
        return capital(name);
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String latin(RandomGenerator random, List<String> ends) {
        String start = one(ONSETS, random) + one(MIDDLES, random);
        if (random.nextInt(3) == 0) {
            start += one(ONSETS, random).toLowerCase(Locale.ROOT) + one(MIDDLES, random);
        }
        return start + one(ends, random);
    }

    private static String latinPlace(RandomGenerator random) {
        String name = latin(random, PLACE_ENDS);
        return random.nextInt(8) == 0 ? one(PLACE_WORDS, random) + name : name;
    }

    private String chinesePerson(RandomGenerator random) {
        String given = one(characters, random);
        if (random.nextInt(10) < 7) {
            given += one(characters, random);
        }
        return (random.nextInt(8) == 0 ? one(characters, random) : one(SURNAMES, random)) + given;
    }

    private String chinesePlace(RandomGenerator random) {
        var name = new StringBuilder(one(characters, random)).append(one(characters, random));
        if (random.nextInt(3) == 0) {
            name.append(one(characters, random));
        }
        return name.toString();
    }

    private static String one(List<String> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }
}
