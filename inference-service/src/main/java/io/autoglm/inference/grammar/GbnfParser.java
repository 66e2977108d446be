package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads llama.cpp's GBNF (`grammars/README.md`): rules `name ::= …` of literals, classes of characters, names, groups,
/// `|` and repetition; `#` begins a comment. A line break ends a rule, except within a group and behind `::=` and `|`.
/// The answer is the rule `root`.
final class GbnfParser {

    static final String ROOT = "root";

    private static final int LONGEST_CHARS = 64 * 1024;
    private static final int DEEPEST = 100;
    private static final int MOST_TIMES = 100_000;

    private final int[] text;
    private final Map<String, Expression> rules = new LinkedHashMap<>();
    private final List<String> used = new ArrayList<>();
    private int at;
    private int depth;

    private GbnfParser(String grammar) {
        this.text = grammar.codePoints().toArray();
    }

    /// @return its rules, all of which are there that are referred to
    /// @throws Malformed saying what is wrong or not supported
    static Map<String, Expression> parse(String grammar) {
        if (grammar.length() > LONGEST_CHARS) {
            throw new Malformed("is longer than " + LONGEST_CHARS + " characters");
        }
        GbnfParser parser = new GbnfParser(grammar);
        parser.skip(true);
        while (parser.more()) {
            parser.rule();
        }
        parser.used.add(ROOT);
        for (String name : parser.used) {
            if (!parser.rules.containsKey(name)) {
                throw new Malformed("has no rule '" + name + "'");
            }
        }
        return parser.rules;
    }

    private boolean more() {
        return at < text.length;
    }

    private int peek() {
        return more() ? text[at] : -1;
    }

    private boolean take(char expected) {
        boolean there = peek() == expected;
        at += there ? 1 : 0;
        return there;
    }

    private Malformed malformed(String what) {
        long line = 1;
        for (int i = 0; i < Math.min(at, text.length); i++) {
            line += text[i] == '\n' ? 1 : 0;
        }
        return new Malformed(what + ", in line " + line);
    }

    /// Skips whitespace and comments.
    private void skip(boolean linesToo) {
        while (more()) {
            if (peek() == '#') {
                while (more() && peek() != '\n' && peek() != '\r') {
                    at++;
                }
            } else if (peek() == ' ' || peek() == '\t' || (linesToo && (peek() == '\n' || peek() == '\r'))) {
                at++;
            } else {
                return;
            }
        }
    }

    private void rule() {
        String name = name();
        skip(false);
        if (!take(':') || !take(':') || !take('=')) {
            throw malformed("has no '::=' behind '" + name + "'");
        }
        skip(true);
        Expression is = choice(false);
        if (rules.put(name, is) != null) {
            throw malformed("has two rules '" + name + "'");
        }
        if (more() && peek() != '\n' && peek() != '\r') {
            throw malformed("has '" + Character.toString(peek()) + "' where a rule should end");
        }
        skip(true);
    }

    private String name() {
        int begin = at;
        while (more() && isOfName(peek())) {
            at++;
        }
        if (at == begin) {
            throw malformed(more() ? "has '" + Character.toString(peek()) + "' where a name should be" : "ends too early");
        }
        return new String(text, begin, at - begin);
    }

    private static boolean isOfName(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    private Expression choice(boolean nested) {
        if (++depth > DEEPEST) {
            throw malformed("is nested deeper than " + DEEPEST);
        }
        List<Expression> ways = new ArrayList<>();
        ways.add(sequence(nested));
        while (take('|')) {
            skip(true);
            ways.add(sequence(nested));
        }
        depth--;
        return ways.size() == 1 ? ways.getFirst() : new Expression.Choice(ways);
    }

    private Expression sequence(boolean nested) {
        List<Expression> parts = new ArrayList<>();
        while (more()) {
            int next = peek();
            if (next == '"') {
                parts.add(repeated(literal(), nested));
            } else if (next == '[') {
                parts.add(repeated(characterClass(), nested));
            } else if (next == '(') {
                at++;
                skip(true);
                Expression inside = choice(true);
                if (!take(')')) {
                    throw malformed("has a '(' without a ')'");
                }
                parts.add(repeated(inside, nested));
            } else if (next == '.') {
                at++;
                BitSet any = (BitSet) CharacterClass.ANY.clone();
                any.set('\n');
                parts.add(repeated(new Expression.OneOf(any), nested));
            } else if (isOfName(next)) {
                String name = name();
                used.add(name);
                parts.add(repeated(new Expression.Named(name), nested));
            } else if (next == '<' || next == '!') {
                throw malformed("names a token, which is not supported");
            } else {
                break;
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    private Expression repeated(Expression part, boolean nested) {
        skip(nested);
        Expression repeated = part;
        while (more()) {
            if (take('*')) {
                repeated = new Expression.Times(repeated, 0, Repeat.UNBOUNDED);
            } else if (take('+')) {
                repeated = new Expression.Times(repeated, 1, Repeat.UNBOUNDED);
            } else if (take('?')) {
                repeated = new Expression.Times(repeated, 0, 1);
            } else if (take('{')) {
                repeated = counted(repeated);
            } else {
                break;
            }
            skip(nested);
        }
        return repeated;
    }

    private Expression counted(Expression part) {
        skip(false);
        int least = number();
        skip(false);
        int most = least;
        if (take(',')) {
            skip(false);
            most = peek() == '}' ? Repeat.UNBOUNDED : number();
            skip(false);
        }
        if (!take('}') || least > most) {
            throw malformed("has a repetition that is none of {m}, {m,} and {m,n}");
        }
        return new Expression.Times(part, least, most);
    }

    private int number() {
        int number = 0;
        int begin = at;
        while (peek() >= '0' && peek() <= '9') {
            number = number * 10 + text[at++] - '0';
            if (number > MOST_TIMES) {
                throw malformed("repeats something more than " + MOST_TIMES + " times");
            }
        }
        if (at == begin) {
            throw malformed("has a repetition without a number");
        }
        return number;
    }

    private Expression literal() {
        at++;
        List<Expression> characters = new ArrayList<>();
        while (peek() != '"') {
            characters.add(Expression.of(character('"')));
        }
        at++;
        return new Expression.Sequence(characters);
    }

    private Expression characterClass() {
        at++;
        boolean negated = take('^');
        BitSet in = new BitSet();
        while (peek() != ']') {
            int from = character(']');
            int to = from;
            if (peek() == '-' && at + 1 < text.length && text[at + 1] != ']') {
                at++;
                to = character(']');
            }
            if (from > to) {
                throw malformed("has a range whose end is before its beginning");
            }
            in.set(from, to + 1);
        }
        at++;
        in.clear(0xd800, 0xe000);
        return new Expression.OneOf(negated ? CharacterClass.not(in) : in);
    }

    private int character(char end) {
        if (!more()) {
            throw malformed("has no '" + end + "' where one is due");
        }
        int next = text[at++];
        if (next != '\\') {
            return next;
        }
        int escaped = more() ? text[at++] : -1;
        return switch (escaped) {
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            case 'U' -> hex(8);
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'n' -> '\n';
            case '\\', '"', '[', ']', '-', '^', '/' -> escaped;
            default -> throw malformed("has an escape that is not known");
        };
    }

    private int hex(int digits) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = more() ? Character.digit(text[at], 16) : -1;
            if (digit < 0) {
                throw malformed("has an escape without its " + digits + " hex digits");
            }
            value = value * 16 + digit;
            at++;
        }
        if (value > Character.MAX_CODE_POINT || (value >= 0xd800 && value < 0xe000)) {
            throw malformed("has an escape for no character");
        }
        return (int) value;
    }
}
