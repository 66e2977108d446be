package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// JSON (RFC 8259) as rules, with three bounds that a small model needs, or it may go on for ever: on whitespace
/// in one place (llama.cpp's), on the digits of a number, and, by the grammar, on depth. Strings are valid UTF-8
/// without lone surrogates.
final class JsonRules {

    /// Every byte that is written somewhere.
    static final ByteSet BYTES =
            ByteSet.of("\t\n").with(' ', 0x7f).with(0x80, 0xbf).with(0xc2, 0xf4);

    private static final int MOST_INDENT = 20;
    private static final int MOST_DIGITS = 16;
    private static final int MOST_EXPONENT_DIGITS = 2;

    private static final ByteSet DIGIT = ByteSet.range('0', '9');
    private static final ByteSet HEX = ByteSet.of("0123456789abcdefABCDEF");

    final GrammarBuilder grammar = new GrammarBuilder();

    /// ASCII characters that a string writes as they are.
    final ByteSet plain;

    private final Rule nothing = grammar.sequence();

    /// Nothing, a space, or a new line with its indentation.
    final Rule space = space();

    /// One character of a string, escaped or not.
    final Rule character;

    final Rule string;
    final Rule integer = integer();
    final Rule number = number();
    final Rule value = grammar.rule();
    final Rule object;
    final Rule array = items(value);

    private final String escaped;

    JsonRules() {
        this("");
    }

    /// JSON in which some characters of strings only come by the hex digits of their code: where it stands
    /// within markup that begins with them.
    JsonRules(String escaped) {
        this.escaped = escaped;
        this.plain = ByteSet.range(' ', '~').without("\"\\").without(escaped);
        this.character = character();
        this.string = string(0, Repeat.UNBOUNDED);
        this.object = members(string, value);
        for (Object kind : List.of(object, array, string, number, "true", "false", "null")) {
            grammar.or(value, kind);
        }
    }

    /// Whether each byte of `text` is written somewhere.
    static boolean canSpell(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            return false;
        }
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            if (!BYTES.has(value & 0xff)) {
                return false;
            }
        }
        return true;
    }

    /// @param json a value as Jackson writes it
    String written(String json) {
        String written = json;
        for (int i = 0; i < escaped.length(); i++) {
            written = written.replace(escaped.substring(i, i + 1), String.format("\\u%04x", (int) escaped.charAt(i)));
        }
        return written;
    }

    /// `"key": value`.
    List<Object> pair(Object key, Object of) {
        return List.of(key, ":", space, of);
    }

    /// A string of so many characters.
    Rule string(int least, int most) {
        return grammar.sequence("\"", grammar.repeat(least, most, character), "\"");
    }

    /// An object of any number of pairs.
    Rule members(Rule key, Rule of) {
        return grammar.sequence("{", space, listed(pair(key, of), "}"));
    }

    /// An array of any number of items.
    Rule items(Rule of) {
        return grammar.sequence("[", space, listed(of, "]"));
    }

    /// An array of at least `least` and at most `most` items.
    Rule items(Rule of, int least, int most) {
        if (most == 0) {
            return grammar.sequence("[", space, "]");
        }
        int others = most == Repeat.UNBOUNDED ? most : most - 1;
        Repeat more = grammar.repeat(Math.max(0, least - 1), others, ",", space, of, space);
        Rule some = grammar.sequence(of, space, more, "]");
        return grammar.sequence("[", space, least == 0 ? grammar.anyOf("]", some) : some);
    }

    /// Items and `end`. Each calls the next at its own end, so that a level of nesting is but one frame.
    private Rule listed(Object item, String end) {
        Rule more = grammar.rule();
        grammar.or(more, end);
        grammar.or(more, ",", space, item, space, more);
        return grammar.anyOf(end, List.of(item, space, more));
    }

    private Rule space() {
        return grammar.anyOf(nothing, " ", List.of("\n", grammar.repeat(0, MOST_INDENT, ByteSet.of(" \t"))));
    }

    private Rule character() {
        Rule hex = grammar.sequence(HEX, HEX);
        Rule unicode = grammar.anyOf(
                List.of(HEX.without("dD"), HEX, hex), List.of(ByteSet.of("dD"), ByteSet.range('0', '7'), hex));
        Rule any = grammar.anyOf(plain, List.of("\\", ByteSet.of("\"\\/bfnrt")), List.of("\\u", unicode));
        Utf8.LONG.forEach(bytes -> grammar.or(any, bytes));
        return any;
    }

    private Rule integer() {
        Repeat digits = grammar.repeat(0, MOST_DIGITS - 1, DIGIT);
        Rule positive = grammar.anyOf("0", List.of(ByteSet.range('1', '9'), digits));
        return grammar.anyOf(positive, List.of("-", positive));
    }

    private Rule number() {
        Rule fraction = grammar.anyOf(nothing, List.of(".", grammar.repeat(1, MOST_DIGITS, DIGIT)));
        Rule sign = grammar.anyOf(nothing, ByteSet.of("+-"));
        Repeat digits = grammar.repeat(1, MOST_EXPONENT_DIGITS, DIGIT);
        Rule exponent = grammar.anyOf(nothing, List.of(ByteSet.of("eE"), sign, digits));
        return grammar.sequence(integer, fraction, exponent);
    }
}
