package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a regular expression, in the syntax that Python, Java and JavaScript have in common; the whole answer must
/// match it. What no automaton can keep is refused by its name: lookaround, backreferences, boundaries, atomic and
/// possessive repetition; so are flags. Whether a repetition is lazy makes no difference.
final class RegexParser {

    private static final int LONGEST_CHARS = 16 * 1024;
    private static final int DEEPEST = 100;

    /// Of a repetition.
    private static final int MOST_TIMES = 100_000;

    private final int[] text;
    private int at;
    private int depth;

    private RegexParser(String regex) {
        this.text = regex.codePoints().toArray();
    }

    /// @throws Malformed saying what is wrong or not supported
    static Expression parse(String regex) {
        if (regex.length() > LONGEST_CHARS) {
            throw new Malformed("is longer than " + LONGEST_CHARS + " characters");
        }
        RegexParser parser = new RegexParser(regex);
        Expression all = parser.choice();
        if (parser.more()) {
            throw parser.malformed("has a ')' without a '('");
        }
        return all;
    }

    private boolean more() {
        return at < text.length;
    }

    private boolean isAt(String expected) {
        int[] points = expected.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            if (at + i >= text.length || text[at + i] != points[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean take(String expected) {
        boolean there = isAt(expected);
        at += there ? expected.codePointCount(0, expected.length()) : 0;
        return there;
    }

    private Malformed malformed(String what) {
        return new Malformed(what + ", at character " + at);
    }

    private Expression choice() {
        if (++depth > DEEPEST) {
            throw malformed("is nested deeper than " + DEEPEST);
        }
        List<Expression> ways = new ArrayList<>();
        do {
            ways.add(sequence());
        } while (take("|"));
        depth--;
        return ways.size() == 1 ? ways.getFirst() : new Expression.Choice(ways);
    }

    private Expression sequence() {
        List<Expression> parts = new ArrayList<>();
        boolean ended = false;
        while (more() && !isAt("|") && !isAt(")")) {
            if (take("^") || take("\\A")) {
                if (!parts.isEmpty() || depth > 1) {
                    throw malformed("has a '^' that is not at its beginning, which is not supported");
                }
            } else if (take("$") || take("\\Z") || take("\\z")) {
                if (depth > 1) {
                    throw malformed("has a '$' that is not at its end, which is not supported");
                }
                ended = true;
            } else if (ended) {
                throw malformed("has a '$' that is not at its end, which is not supported");
            } else {
                parts.add(repeated(atom()));
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    private Expression repeated(Expression part) {
        Expression repeated = part;
        while (more()) {
            if (take("*")) {
                repeated = new Expression.Times(repeated, 0, Repeat.UNBOUNDED);
            } else if (take("+")) {
                repeated = new Expression.Times(repeated, 1, Repeat.UNBOUNDED);
            } else if (take("?")) {
                repeated = new Expression.Times(repeated, 0, 1);
            } else {
                Expression counted = isAt("{") ? counted(repeated) : null;
                if (counted == null) {
                    return repeated;
                }
                repeated = counted;
            }
            if (isAt("+")) {
                throw malformed("has a possessive repetition, which is not supported");
            }
            boolean lazy = take("?");
            if (isAt("*") || isAt("+") || (lazy && isAt("?"))) {
                throw malformed("repeats a repetition");
            }
        }
        return repeated;
    }

    /// @return null where the brace is one of the text, as in Python
    private @Nullable Expression counted(Expression part) {
        int begin = at;
        take("{");
        int least = number();
        boolean range = take(",");
        int most = range ? number() : least;
        if (!take("}") || (least < 0 && most < 0)) {
            at = begin;
            return null;
        }
        least = Math.max(0, least);
        most = most < 0 ? Repeat.UNBOUNDED : most;
        if (least > most) {
            throw malformed("repeats something " + least + " to " + most + " times");
        }
        return new Expression.Times(part, least, most);
    }

    /// @return -1 where none is
    private int number() {
        int begin = at;
        int number = 0;
        while (more() && text[at] >= '0' && text[at] <= '9') {
            number = number * 10 + text[at++] - '0';
            if (number > MOST_TIMES) {
                throw malformed("repeats something more than " + MOST_TIMES + " times");
            }
        }
        return at == begin ? -1 : number;
    }

    private Expression atom() {
        int next = text[at++];
        return switch (next) {
            case '(' -> group();
            case '[' -> characterClass();
            case '.' -> new Expression.OneOf(CharacterClass.ANY);
            case '*', '+', '?' -> throw malformed("repeats nothing");
            case '\\' -> {
                Escape escape = escape(false);
                yield new Expression.OneOf(escape.in);
            }
            default -> Expression.of(next);
        };
    }

    private Expression group() {
        if (take("?")) {
            if (isAt("=") || isAt("!")) {
                throw malformed("has a lookahead, which is not supported");
            }
            if (isAt("<=") || isAt("<!")) {
                throw malformed("has a lookbehind, which is not supported");
            }
            if (isAt(">")) {
                throw malformed("has an atomic group, which is not supported");
            }
            if (isAt("P=")) {
                throw malformed("has a backreference, which is not supported");
            }
            if (take("P<") || take("<")) {
                while (more() && text[at] != '>') {
                    at++;
                }
                if (!take(">")) {
                    throw malformed("has a group whose name does not end");
                }
            } else if (!take(":")) {
                throw malformed("has a flag, a condition or a comment in a group, which is not supported");
            }
        }
        Expression inside = choice();
        if (!take(")")) {
            throw malformed("has a '(' without a ')'");
        }
        return inside;
    }

    /// @param in   the characters that every engine takes for it
    /// @param wide those that some engine does
    private record Escape(BitSet in, BitSet wide) {

        static Escape of(BitSet in, BitSet others) {
            return new Escape(in, CharacterClass.not(others));
        }

        static Escape of(int codePoint) {
            BitSet one = new BitSet();
            one.set(codePoint);
            return new Escape(one, one);
        }
    }

    private Escape escape(boolean inClass) {
        if (!more()) {
            throw malformed("ends with a '\\'");
        }
        int next = text[at++];
        return switch (next) {
            case 'd' -> Escape.of(CharacterClass.DIGIT, CharacterClass.NO_DIGIT);
            case 'D' -> Escape.of(CharacterClass.NO_DIGIT, CharacterClass.DIGIT);
            case 'w' -> Escape.of(CharacterClass.WORD, CharacterClass.NO_WORD);
            case 'W' -> Escape.of(CharacterClass.NO_WORD, CharacterClass.WORD);
            case 's' -> Escape.of(CharacterClass.SPACE, CharacterClass.NO_SPACE);
            case 'S' -> Escape.of(CharacterClass.NO_SPACE, CharacterClass.SPACE);
            case 'p', 'P' -> property(next == 'P');
            case 'n' -> Escape.of('\n');
            case 't' -> Escape.of('\t');
            case 'r' -> Escape.of('\r');
            case 'f' -> Escape.of('\f');
            case 'v' -> Escape.of(0x0b);
            case 'x' -> Escape.of(hex(2));
            case 'u' -> Escape.of(hex(4));
            case 'U' -> Escape.of(hex(8));
            case 'b', 'B' -> {
                if (inClass) {
                    throw malformed("has \\" + (char) next + " in a class, which is not supported");
                }
                throw malformed("has a word boundary, which is not supported");
            }
            case '1', '2', '3', '4', '5', '6', '7', '8', '9', 'k', 'g' ->
                throw malformed("has a backreference, which is not supported");
            default -> {
                boolean letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '0';
                if (letter) {
                    throw malformed("has \\" + (char) next + ", which is not supported");
                }
                yield Escape.of(next);
            }
        };
    }

    private Escape property(boolean negated) {
        StringBuilder name = new StringBuilder();
        if (take("{")) {
            while (more() && text[at] != '}') {
                name.appendCodePoint(text[at++]);
            }
            if (!take("}")) {
                throw malformed("has a class \\p{ that does not end");
            }
        } else if (more()) {
            name.appendCodePoint(text[at++]);
        }
        BitSet in = CharacterClass.property(name.toString(), negated);
        return new Escape(in, in);
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = more() ? Character.digit(text[at], 16) : -1;
            if (digit < 0) {
                throw malformed("has an escape without its " + digits + " hex digits");
            }
            value = value * 16 + digit;
            at++;
        }
        if (!Character.isValidCodePoint(value) || (value >= 0xd800 && value < 0xe000)) {
            throw malformed("has an escape for no character");
        }
        return value;
    }

    private Expression characterClass() {
        boolean negated = take("^");
        BitSet in = new BitSet();
        BitSet wide = new BitSet();
        for (boolean first = true; first || !isAt("]"); first = false) {
            Escape from = member();
            if (isAt("-") && at + 1 < text.length && text[at + 1] != ']') {
                take("-");
                Escape to = member();
                if (from.in.cardinality() != 1 || to.in.cardinality() != 1) {
                    throw malformed("has a range between classes");
                }
                int least = from.in.nextSetBit(0);
                int most = to.in.nextSetBit(0);
                if (least > most) {
                    throw malformed("has a range whose end is before its beginning");
                }
                in.set(least, most + 1);
                wide.set(least, most + 1);
            } else {
                in.or(from.in);
                wide.or(from.wide);
            }
        }
        take("]");
        BitSet set = negated ? CharacterClass.not(wide) : in;
        set.clear(0xd800, 0xe000);
        return new Expression.OneOf(set);
    }

    private Escape member() {
        if (!more()) {
            throw malformed("has a '[' without a ']'");
        }
        int next = text[at++];
        boolean differs = (next == '[' || (next == '&' && isAt("&")));
        if (differs) {
            throw malformed("has a '" + (char) next + "' in a class, which engines read in different ways; escape it");
        }
        return next == '\\' ? escape(true) : Escape.of(next);
    }
}
