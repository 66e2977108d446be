package io.autoglm.nano.corpus.phrase;

import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A seeded source of text in one language and one [Wording]. Not thread-safe.
public final class Draw {
    private static final Pattern SLOT = Pattern.compile("\\$([a-z]+)");

    private final Lexicon lexicon;
    private final RandomGenerator random;
    private final Language language;
    private final Wording wording;

    public Draw(Lexicon lexicon, RandomGenerator random, Language language, Wording wording) {
        this.lexicon = lexicon;
        this.random = random;
        this.language = language;
        this.wording = wording;
    }

    public Language language() {
        return language;
    }

    public Wording wording() {
        return wording;
    }

    /// The same source with training wording: for the parts of an evaluation that are not what it measures.
    public Draw training() {
        return wording == Wording.TRAINING ? this : new Draw(lexicon, random, language, Wording.TRAINING);
    }

    /// The same source in the other language.
    public Draw otherLanguage() {
        return new Draw(lexicon, random, language == Language.EN ? Language.ZH : Language.EN, wording);
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    /// Both ends included.
    public int between(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    public <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /// A word of the list `name` of the book `words`, its own slots filled.
    public String word(String list) {
        return fill(phrase(lexicon.words(language, list)), Map.of());
    }

    /// A word of the list, or, in training, often one that no list holds: what a slot takes is to be copied, not known.
    public String value(String list) {
        if (wording == Wording.HELD_OUT || chance(0.5)) {
            return word(list);
        }
        return chance(0.5) ? name() : nonsense(1, 2);
    }

    /// A text of the list, or, in training, often words without sense.
    public String text(String list) {
        return tidy(wording == Wording.HELD_OUT || chance(0.5) ? word(list) : nonsense(2, 6));
    }

    /// Words without sense, names, numbers and gibberish in a row.
    public String nonsense(int least, int most) {
        var words = new StringJoiner(language == Language.EN ? " " : "");
        int count = between(least, most);
        for (int i = 0; i < count; i++) {
            words.add(
                    switch (below(8)) {
                        case 0, 1 -> name();
                        case 2 -> city();
                        case 3 -> number();
                        case 4, 5 -> lexicon.invented().gibberish(language, random);
                        default -> training().word("noise");
                    });
        }
        return words.toString();
    }

    /// A person's name; in Chinese text now and then a Latin one.
    public String name() {
        if (wording == Wording.HELD_OUT) {
            return word("name");
        }
        Language script = language == Language.ZH && chance(0.12) ? Language.EN : language;
        return chance(0.8) ? lexicon.invented().person(script, random) : phrase(lexicon.words(script, "name"));
    }

    public String city() {
        if (wording == Wording.HELD_OUT) {
            return word("city");
        }
        return chance(0.5) ? lexicon.invented().place(language, random) : word("city");
    }

    /// Two to four digits, never starting with zero.
    public String number() {
        return switch (below(3)) {
            case 0 -> String.valueOf(between(10, 99));
            case 1 -> String.valueOf(between(100, 999));
            default -> String.valueOf(between(1000, 9999));
        };
    }

    /// One expansion of the topic in this draw's wording, slots not filled. Lines with many expansions come more often.
    public String phrase(Topic topic) {
        List<Phrase> phrases = topic.phrases(wording);
        double total = 0;
        for (Phrase phrase : phrases) {
            total += weight(phrase);
        }
        double left = random.nextDouble() * total;
        for (Phrase phrase : phrases) {
            left -= weight(phrase);
            if (left < 0) {
                return phrase.draw(random);
            }
        }
        return phrases.getLast().draw(random);
    }

    /// What a user writes about the topic: a phrase with its slots filled, in the casing, spacing and punctuation of
    /// people in a hurry. `open` says that the phrase ends in free text, which takes no punctuation after it.
    public String say(Topic topic, Map<String, String> slots, boolean open) {
        String text = fill(phrase(topic), slots);
        text = Typography.tidy(language, text);
        var manner = new Manner(random, language, wording);
        return manner.apply(slots.isEmpty() ? manner.careless(text, noise()) : text, open);
    }

    public String say(Topic topic, Map<String, String> slots) {
        return say(topic, slots, false);
    }

    /// The topic's answer with its slots filled.
    public String answer(Topic topic, Map<String, String> slots) {
        return tidy(fill(topic.answer(), slots));
    }

    /// The text in this language's typography.
    public String tidy(String text) {
        return Typography.tidy(language, text);
    }

    /// The text with slots replaced: by the given values, else `$name`, `$city`, `$number`, `$app` by drawn ones.
    public String fill(String text, Map<String, String> slots) {
        return SLOT.matcher(text).replaceAll(found -> {
            String slot = found.group(1);
            String value = slots.get(slot);
            return Matcher.quoteReplacement(value == null ? drawn(slot) : value);
        });
    }

    private String noise() {
        String word = word("noise");
        return language == Language.ZH && random.nextBoolean() ? word + word("noise") : word;
    }

    private String drawn(String slot) {
        return switch (slot) {
            case "name" -> name();
            case "city" -> city();
            case "number" -> number();
            case "app" -> value("app");
            default -> throw new IllegalArgumentException("no value for slot $" + slot);
        };
    }

    private static double weight(Phrase phrase) {
        return 1 + Math.log(phrase.size());
    }
}
