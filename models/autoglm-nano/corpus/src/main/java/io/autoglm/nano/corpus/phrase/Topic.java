package io.autoglm.nano.corpus.phrase;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One subject of a phrase book in one language: how people ask (training and held-out wordings apart), the answer, the
/// answer when what is asked for is not known, and what a right answer must contain.
public final class Topic {
    private final String name;
    private final List<Phrase> training = new ArrayList<>();
    private final List<Phrase> heldOut = new ArrayList<>();
    private @Nullable String answer;
    private @Nullable String unknown;
    private @Nullable String must;

    Topic(String name) {
        this.name = name;
    }

    /// Adds one line of the book; `kind` is the character after the language.
    void add(char kind, String text) {
        switch (kind) {
            case '?' -> training.add(Phrase.parse(text));
            case '!' -> heldOut.add(Phrase.parse(text));
            case '=' -> answer = text;
            case '-' -> unknown = text;
            case '~' -> must = text;
            default -> throw new IllegalArgumentException("unknown line kind '" + kind + "' in topic " + name);
        }
    }

    public String name() {
        return name;
    }

    /// The phrases of a wording. A topic without held-out phrases (a word list used on both sides) gives its training
    /// phrases for both.
    public List<Phrase> phrases(Wording wording) {
        return wording == Wording.HELD_OUT && !heldOut.isEmpty() ? heldOut : training;
    }

    public boolean hasHeldOut() {
        return !heldOut.isEmpty();
    }

    public String answer() {
        return required(answer, "answer (=)");
    }

    public String unknown() {
        return required(unknown, "answer when not known (-)");
    }

    /// What a right answer contains: parts joined by `&` must all be there, parts joined by `|` at least one.
    public boolean accepts(String text) {
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        String wanted = must == null ? answer() : must;
        if (wanted.contains("&")) {
            return java.util.Arrays.stream(wanted.split("&"))
                    .allMatch(part -> lower.contains(part.toLowerCase(java.util.Locale.ROOT)));
        }
        return java.util.Arrays.stream(wanted.split("\\|"))
                .anyMatch(part -> lower.contains(part.toLowerCase(java.util.Locale.ROOT)));
    }

    private String required(@Nullable String line, String what) {
        if (line == null) {
            throw new IllegalStateException("topic " + name + " has no " + what);
        }
        return line;
    }
}
