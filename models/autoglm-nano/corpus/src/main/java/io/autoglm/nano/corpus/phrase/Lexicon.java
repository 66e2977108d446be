package io.autoglm.nano.corpus.phrase;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The word lists of the book `words`, and the inventor of names that keeps clear of the held-out ones.
public final class Lexicon {
    private static final List<String> KEPT_APART = List.of("name", "city", "app", "company");

    private final Phrasebook book = Phrasebook.load("words");
    private final Invented invented = new Invented(characters(), noise(), heldOutLowerCase());

    /// The list, in that language.
    public Topic words(Language language, String list) {
        return book.topic(language, list);
    }

    /// Every proper name that only the evaluation may use.
    public Set<String> heldOut() {
        Set<String> words = new LinkedHashSet<>();
        for (Language language : Language.values()) {
            for (String list : KEPT_APART) {
                book.topic(language, list).phrases(Wording.HELD_OUT).forEach(phrase -> words.addAll(literals(phrase)));
            }
        }
        return words;
    }

    Invented invented() {
        return invented;
    }

    private List<String> noise() {
        return book.topic(Language.EN, "noise").phrases(Wording.TRAINING).stream()
                .flatMap(phrase -> literals(phrase).stream())
                .toList();
    }

    /// Han characters of all listed names and places, held-out ones included: a character is no name.
    private List<String> characters() {
        Set<String> found = new LinkedHashSet<>();
        for (Wording wording : Wording.values()) {
            for (String list : List.of("name", "city")) {
                book.topic(Language.ZH, list).phrases(wording).stream()
                        .flatMap(phrase -> literals(phrase).stream())
                        .flatMapToInt(String::codePoints)
                        .filter(point -> Character.UnicodeScript.of(point) == Character.UnicodeScript.HAN)
                        .forEach(point -> found.add(Character.toString(point)));
            }
        }
        return List.copyOf(found);
    }

    private Set<String> heldOutLowerCase() {
        Set<String> lower = new LinkedHashSet<>();
        heldOut().forEach(word -> lower.add(word.toLowerCase(Locale.ROOT)));
        return lower;
    }

    private static List<String> literals(Phrase phrase) {
        return switch (phrase) {
            case Phrase.Text text -> List.of(text.text());
            case Phrase.Choice choice ->
                choice.alternatives().stream()
                        .flatMap(part -> literals(part).stream())
                        .toList();
            case Phrase.Sequence sequence ->
                sequence.parts().stream()
                        .flatMap(part -> literals(part).stream())
                        .toList();
        };
    }
}
