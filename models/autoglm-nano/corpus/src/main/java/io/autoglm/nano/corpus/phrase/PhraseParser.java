package io.autoglm.nano.corpus.phrase;

import java.util.ArrayList;
import java.util.List;

/// Recursive descent over the phrase notation of [Phrase].
final class PhraseParser {
    private static final char END = '\0';

    private final String text;
    private int at;

    PhraseParser(String text) {
        this.text = text;
    }

    Phrase parse() {
        var phrase = sequence(false);
        if (at < text.length()) {
            throw new IllegalArgumentException("stray '" + peek() + "' at " + at + " in phrase: " + text);
        }
        return phrase;
    }

    private Phrase sequence(boolean insideChoice) {
        List<Phrase> parts = new ArrayList<>();
        var literal = new StringBuilder();
        while (at < text.length()) {
            char c = peek();
            if (c == '}' || c == ']' || (c == '|' && insideChoice)) {
                break;
            }
            at++;
            switch (c) {
                case '{', '[' -> {
                    flush(literal, parts);
                    parts.add(choice(c == '[' ? ']' : '}'));
                }
                case '\\' -> literal.append(text.charAt(at++));
                default -> literal.append(c);
            }
        }
        flush(literal, parts);
        return parts.isEmpty() ? new Phrase.Text("") : Phrase.sequence(parts);
    }

    private Phrase choice(char close) {
        List<Phrase> alternatives = new ArrayList<>();
        do {
            alternatives.add(sequence(true));
        } while (take('|'));
        if (!take(close)) {
            throw new IllegalArgumentException("missing '" + close + "' in phrase: " + text);
        }
        return new Phrase.Choice(alternatives, close == ']');
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private boolean take(char wanted) {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    private static void flush(StringBuilder literal, List<Phrase> parts) {
        if (!literal.isEmpty()) {
            parts.add(new Phrase.Text(literal.toString()));
            literal.setLength(0);
        }
    }
}
