package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import java.util.List;
import java.util.Set;

/// A string without quotes, up to and with what ends it. Where it might be a value of another type as
/// well, it does not begin like one: neither with whitespace nor like a number, an object or an array,
/// nor is it one of JSON's words.
final class BareText {

    private static final ByteSet WHITESPACE = ByteSet.of(" \t\n");

    private final GrammarBuilder grammar;
    private final String end;
    private final TaggedText text;
    private final Rule character;

    /// @param end as [TaggedText] has it
    BareText(String end, GrammarBuilder grammar) {
        this.end = end;
        this.grammar = grammar;
        this.text = new TaggedText(end, grammar);
        this.character = characters(TaggedText.ASCII.without(text.mark()));
    }

    /// Of any length.
    ///
    /// @param types of the values that it may have, string among them
    Rule any(Set<String> types) {
        if (isTextOnly(types)) {
            return text.any();
        }
        Rule any = grammar.rule();
        text.beginning(any, first(types));
        if (text.endsOnItsOwnLine()) {
            // What else begins with whitespace might be a value of another type.
            grammar.or(any, end);
        }
        for (String word : words(types)) {
            grammar.or(any, word.substring(0, 1), within(word, 1));
        }
        return any;
    }

    /// Adds those of so many characters. As far as they are counted, none is what the tag begins with.
    void bounded(Rule any, Set<String> types, int least, int most) {
        if (isTextOnly(types)) {
            grammar.or(any, counted(least, most));
            return;
        }
        if (least == 0) {
            grammar.or(any, end);
        }
        if (most > 0) {
            int others = most == Repeat.UNBOUNDED ? most : most - 1;
            grammar.or(any, characters(first(types).without(text.mark())), counted(Math.max(0, least - 1), others));
        }
    }

    /// Characters and their end.
    private Rule counted(int least, int most) {
        return most == Repeat.UNBOUNDED
                ? grammar.sequence(grammar.repeat(least, least, character), text.any())
                : grammar.sequence(grammar.repeat(least, most, character), end);
    }

    private static boolean isTextOnly(Set<String> types) {
        return types.equals(Set.of("string"));
    }

    private Rule characters(ByteSet ascii) {
        Rule any = grammar.anyOf(ascii);
        Utf8.LONG.forEach(bytes -> grammar.or(any, bytes));
        return any;
    }

    /// With one of these it begins not like a value of another type.
    private ByteSet first(Set<String> types) {
        ByteSet first = TaggedText.ASCII.without(WHITESPACE);
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
        if (letters == word.length()) {
            ByteSet others = TaggedText.ASCII.without(WHITESPACE);
            text.beginning(rule, text.endsOnItsOwnLine() ? others : others.without(text.mark()));
            return rule;
        }
        String next = word.substring(letters, letters + 1);
        grammar.or(rule, next, within(word, letters + 1));
        text.beginning(rule, TaggedText.ASCII.without(next));
        return rule;
    }
}
