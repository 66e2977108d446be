package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/// A string without quotes, up to and with what ends it. Where it might be a value of another type as
/// well, it does not begin like one: neither with whitespace nor like a number, an object or an array,
/// nor is it one of JSON's words.
final class BareText {

    private static final ByteSet WHITESPACE = ByteSet.of(" \t\n");
    private static final ByteSet ASCII = ByteSet.range(' ', '~').with('\t', '\n');

    private final GrammarBuilder grammar;
    private final String end;
    private final String mark;

    /// What follows so many characters of the end.
    private final List<Rule> behind;

    private final Rule character;

    /// @param end of ASCII characters, the first of which is not among the others
    BareText(String end, GrammarBuilder grammar) {
        this.end = end;
        this.mark = end.substring(0, 1);
        this.grammar = grammar;
        this.behind = FreeText.charactersUntil(end.getBytes(StandardCharsets.US_ASCII), ASCII, grammar);
        this.character = characters(ASCII.without(mark));
    }

    /// Of any length.
    ///
    /// @param types of the values that it may have, string among them
    Rule any(Set<String> types) {
        if (isTextOnly(types)) {
            return behind.getFirst();
        }
        Rule any = grammar.rule();
        otherwise(any, first(types));
        // What begins with whitespace might be a value of another type.
        grammar.or(any, mark, mark.isBlank() ? end.substring(1) : behind.get(1));
        for (String word : words(types)) {
            grammar.or(any, word.substring(0, 1), within(word, 1));
        }
        return any;
    }

    /// Adds those of so many characters, none of which may be what the end begins with.
    void bounded(Rule any, Set<String> types, int least, int most) {
        if (isTextOnly(types)) {
            grammar.or(any, grammar.repeat(least, most, character), end);
            return;
        }
        if (least == 0) {
            grammar.or(any, end);
        }
        if (most > 0) {
            int others = most == Repeat.UNBOUNDED ? most : most - 1;
            grammar.or(any, characters(first(types)), grammar.repeat(Math.max(0, least - 1), others, character), end);
        }
    }

    private static boolean isTextOnly(Set<String> types) {
        return types.equals(Set.of("string"));
    }

    private Rule characters(ByteSet ascii) {
        Rule any = grammar.anyOf(ascii);
        Utf8.LONG.forEach(bytes -> grammar.or(any, bytes));
        return any;
    }

    /// With one of these it begins neither like its end nor like a value of another type.
    private ByteSet first(Set<String> types) {
        ByteSet first = ASCII.without(WHITESPACE).without(mark);
        if (types.contains("number") || types.contains("integer")) {
            first = first.without("-0123456789");
        }
        if (types.contains("object")) {
            first = first.without("{");
        }
        if (types.contains("array")) {
            first = first.without("[");
        }
        for (String word : words(types)) {
            first = first.without(word.substring(0, 1));
        }
        return first;
    }

    private static List<String> words(Set<String> types) {
        return List.of("true", "false", "null").stream()
                .filter(word -> types.contains(word.equals("null") ? "null" : "boolean"))
                .toList();
    }

    /// So many letters of a word are written.
    private Rule within(String word, int letters) {
        Rule rule = grammar.rule();
        ByteSet others = ASCII.without(mark);
        if (letters == word.length()) {
            otherwise(rule, others.without(WHITESPACE));
            return rule;
        }
        String next = word.substring(letters, letters + 1);
        grammar.or(rule, next, within(word, letters + 1));
        grammar.or(rule, mark, behind.get(1));
        otherwise(rule, others.without(next));
        return rule;
    }

    private void otherwise(Rule rule, ByteSet ascii) {
        grammar.or(rule, ascii, behind.getFirst());
        Utf8.LONG.forEach(bytes -> grammar.or(rule, bytes, behind.getFirst()));
    }
}
