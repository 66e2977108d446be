package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Rule;
import java.util.List;

/// JSON (RFC 8259) as rules, with three bounds that a small model needs, or it may go on for ever: on whitespace
/// in one place (llama.cpp's), on the digits of a number, and, by the grammar, on depth. Strings are valid UTF-8
/// without lone surrogates.
final class JsonRules {

    private static final int MOST_INDENT = 20;
    private static final int MOST_DIGITS = 16;
    private static final int MOST_EXPONENT_DIGITS = 2;

    private static final ByteSet DIGIT = ByteSet.range('0', '9');
    private static final ByteSet HEX = ByteSet.of("0123456789abcdefABCDEF");
    private static final ByteSet TAIL = ByteSet.range(0x80, 0xbf);

    final GrammarBuilder grammar = new GrammarBuilder();

    private final Rule nothing = grammar.sequence();

    /// Nothing, a space, or a new line with its indentation.
    final Rule space = space();

    /// One character of a string, escaped or not.
    final Rule character = character();

    final Rule string = grammar.sequence("\"", grammar.repeat(character, "\""));
    final Rule integer = integer();
    final Rule number = number();
    final Rule value = grammar.rule();
    final Rule object = members(string, value);
    final Rule array = items(value);

    JsonRules() {
        for (Object kind : List.of(object, array, string, number, "true", "false", "null")) {
            grammar.or(value, kind);
        }
    }

    /// `"key": value`.
    List<Object> pair(Object key, Object of) {
        return List.of(key, ":", space, of);
    }

    /// An object of any number of pairs.
    Rule members(Rule key, Rule of) {
        Rule more = grammar.rule();
        grammar.or(more, "}");
        grammar.or(more, ",", space, pair(key, of), space, more);
        Rule first = grammar.rule();
        grammar.or(first, "}");
        grammar.or(first, pair(key, of), space, more);
        return grammar.sequence("{", space, first);
    }

    /// An array of any number of items.
    Rule items(Rule of) {
        Rule more = grammar.rule();
        grammar.or(more, "]");
        grammar.or(more, ",", space, of, space, more);
        Rule first = grammar.rule();
        grammar.or(first, "]");
        grammar.or(first, of, space, more);
        return grammar.sequence("[", space, first);
    }

    /// An array of at least `least` and at most `most` items.
    Rule items(Rule of, int least, int most) {
        if (most == 0) {
            return grammar.sequence("[", space, "]");
        }
        List<Object> next = List.of(",", space, of, space);
        Rule rest = grammar.times(Math.max(0, least - 1), most - 1, next, "]");
        Rule first = grammar.rule();
        if (least == 0) {
            grammar.or(first, "]");
        }
        grammar.or(first, of, space, rest);
        return grammar.sequence("[", space, first);
    }

    private Rule space() {
        Rule indented = grammar.times(0, MOST_INDENT, ByteSet.of(" \t"), nothing);
        return grammar.anyOf(nothing, " ", List.of("\n", indented));
    }

    private Rule character() {
        Rule hex = grammar.sequence(HEX, HEX);
        Rule unicode = grammar.anyOf(
                List.of(HEX.without("dD"), HEX, hex), List.of(ByteSet.of("dD"), ByteSet.range('0', '7'), hex));
        return grammar.anyOf(
                ByteSet.range(' ', '~').without("\"\\"),
                List.of("\\", ByteSet.of("\"\\/bfnrt")),
                List.of("\\u", unicode),
                List.of(ByteSet.range(0xc2, 0xdf), TAIL),
                List.of(ByteSet.range(0xe0, 0xe0), ByteSet.range(0xa0, 0xbf), TAIL),
                List.of(ByteSet.range(0xe1, 0xec).with(0xee, 0xef), TAIL, TAIL),
                List.of(ByteSet.range(0xed, 0xed), ByteSet.range(0x80, 0x9f), TAIL),
                List.of(ByteSet.range(0xf0, 0xf0), ByteSet.range(0x90, 0xbf), TAIL, TAIL),
                List.of(ByteSet.range(0xf1, 0xf3), TAIL, TAIL, TAIL),
                List.of(ByteSet.range(0xf4, 0xf4), ByteSet.range(0x80, 0x8f), TAIL, TAIL));
    }

    private Rule integer() {
        Rule digits = grammar.times(0, MOST_DIGITS - 1, DIGIT, nothing);
        Rule positive = grammar.anyOf("0", List.of(ByteSet.range('1', '9'), digits));
        return grammar.anyOf(positive, List.of("-", positive));
    }

    private Rule number() {
        Rule digits = grammar.times(0, MOST_DIGITS - 1, DIGIT, nothing);
        Rule fraction = grammar.anyOf(nothing, List.of(".", DIGIT, digits));
        Rule exponentDigits = grammar.times(0, MOST_EXPONENT_DIGITS - 1, DIGIT, nothing);
        Rule sign = grammar.anyOf(nothing, ByteSet.of("+-"));
        Rule exponent = grammar.anyOf(nothing, List.of(ByteSet.of("eE"), sign, DIGIT, exponentDigits));
        return grammar.sequence(integer, fraction, exponent);
    }
}
