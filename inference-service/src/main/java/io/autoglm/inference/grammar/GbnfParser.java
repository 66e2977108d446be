package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads llama.cpp's GBNF (`grammars/README.md`): rules `name ::= …` of literals, classes of characters,
/// names, groups, `|` and repetition; `#` begins a comment. A line break ends a rule, except within a group
/// and behind `::=` and `|`. The answer is the rule `root`.
final class GbnfParser {

    static final String ROOT = "root";

    private static final int LONGEST_CHARS = 64 * 1024;
    /// One that was made of a JSON schema has some hundred.
    private static final int MOST_RULES = 2000;

    private final Cursor cursor;
    private final Map<String, Expression> rules = new LinkedHashMap<>();
    private final Set<String> used = new LinkedHashSet<>(Set.of(ROOT));

    private GbnfParser(String grammar) {
        this.cursor = new Cursor(grammar, LONGEST_CHARS);
    }

    /// @return its rules, all of which are there that are referred to
    /// @throws Malformed saying what is wrong or not supported
    static Map<String, Expression> parse(String grammar) {
        GbnfParser parser = new GbnfParser(grammar);
        parser.skip(true);
        while (parser.cursor.more()) {
            parser.rule();
        }
        for (String name : parser.used) {
            if (!parser.rules.containsKey(name)) {
                throw new Malformed("has no rule '" + name + "'");
            }
        }
        return parser.rules;
    }

    private boolean isAtLineBreak() {
        return cursor.isAt("\n") || cursor.isAt("\r");
    }

    /// Skips whitespace and comments.
    private void skip(boolean linesToo) {
        while (cursor.more()) {
            if (cursor.isAt("#")) {
                while (cursor.more() && !isAtLineBreak()) {
                    cursor.next();
                }
            } else if (cursor.isAt(" ") || cursor.isAt("\t") || (linesToo && isAtLineBreak())) {
                cursor.next();
            } else {
                return;
            }
        }
    }

    private void rule() {
        String name = name();
        skip(false);
        if (!cursor.take("::=")) {
            throw cursor.malformed("has no '::=' behind '" + name + "'");
        }
        skip(true);
        Expression is = choice(false);
        if (rules.put(name, is) != null) {
            throw cursor.malformed("has two rules '" + name + "'");
        }
        if (rules.size() > MOST_RULES) {
            throw cursor.malformed("has more than " + MOST_RULES + " rules");
        }
        if (cursor.more() && !isAtLineBreak()) {
            throw cursor.malformed("has " + here() + " where a rule should end");
        }
        skip(true);
    }

    private String here() {
        return "'" + Character.toString(cursor.peek()) + "'";
    }

    private String name() {
        int begin = cursor.place();
        while (isOfName(cursor.peek())) {
            cursor.next();
        }
        if (cursor.place() == begin) {
            throw cursor.malformed(cursor.more() ? "has " + here() + " where a name should be" : "ends too early");
        }
        return cursor.since(begin);
    }

    private static boolean isOfName(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    private Expression choice(boolean nested) {
        cursor.enter();
        List<Expression> ways = new ArrayList<>();
        ways.add(sequence(nested));
        while (cursor.take("|")) {
            skip(true);
            ways.add(sequence(nested));
        }
        cursor.leave();
        return ways.size() == 1 ? ways.getFirst() : new Expression.Choice(ways);
    }

    private Expression sequence(boolean nested) {
        List<Expression> parts = new ArrayList<>();
        for (Expression part = part(); part != null; part = part()) {
            parts.add(repeated(part, nested));
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    /// @return null where none begins
    private @Nullable Expression part() {
        if (cursor.take("\"")) {
            return literal();
        }
        if (cursor.take("[")) {
            return new Expression.OneOf(characterClass());
        }
        if (cursor.take("(")) {
            skip(true);
            Expression inside = choice(true);
            if (!cursor.take(")")) {
                throw cursor.malformed("has a '(' without a ')'");
            }
            return inside;
        }
        if (cursor.take(".")) {
            return new Expression.OneOf(CharacterClass.not(CodePoints.NONE));
        }
        if (cursor.isAt("<") || cursor.isAt("!")) {
            throw cursor.malformed("names a token, which is not supported");
        }
        if (!isOfName(cursor.peek())) {
            return null;
        }
        String name = name();
        used.add(name);
        return new Expression.Named(name);
    }

    @SuppressWarnings("ReferenceEquality") // the same comes back where nothing is repeated
    private Expression repeated(Expression part, boolean nested) {
        skip(nested);
        Expression repeated = part;
        for (int times = 0; times <= Expression.DEEPEST; times++) {
            Expression before = repeated;
            repeated = cursor.take("{") ? counted(before) : cursor.simplyRepeated(before);
            if (repeated == before) {
                return repeated;
            }
            skip(nested);
        }
        throw cursor.malformed("repeats a repetition more than " + Expression.DEEPEST + " times");
    }

    private Expression counted(Expression part) {
        skip(false);
        int least = number();
        skip(false);
        int most = least;
        if (cursor.take(",")) {
            skip(false);
            most = cursor.isAt("}") ? Repeat.UNBOUNDED : number();
            skip(false);
        }
        if (!cursor.take("}") || least > most) {
            throw cursor.malformed("has a repetition that is none of {m}, {m,} and {m,n}");
        }
        return new Expression.Times(part, least, most);
    }

    private int number() {
        int number = cursor.number();
        if (number < 0) {
            throw cursor.malformed("has a repetition without a number");
        }
        return number;
    }

    private Expression literal() {
        List<Expression> characters = new ArrayList<>();
        while (!cursor.take("\"")) {
            characters.add(Expression.of(character('"')));
        }
        return new Expression.Sequence(characters);
    }

    private CodePoints characterClass() {
        boolean negated = cursor.take("^");
        List<CodePoints> in = new ArrayList<>();
        while (!cursor.take("]")) {
            int from = character(']');
            int to = from;
            if (cursor.isAt("-") && cursor.second() >= 0 && cursor.second() != ']') {
                cursor.next();
                to = character(']');
            }
            if (from > to) {
                throw cursor.malformed("has a range whose end is before its beginning");
            }
            in.add(CodePoints.range(from, to));
        }
        return negated ? CharacterClass.not(CodePoints.union(in)) : CodePoints.union(in);
    }

    private int character(char end) {
        int next = cursor.next();
        if (next < 0) {
            throw cursor.malformed("has no '" + end + "' where one is due");
        }
        if (next != '\\') {
            return next;
        }
        int escaped = cursor.next();
        return switch (escaped) {
            case 'x' -> cursor.hex(2);
            case 'u' -> cursor.hex(4);
            case 'U' -> cursor.hex(8);
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'n' -> '\n';
            case '\\', '"', '[', ']', '-', '^', '/' -> escaped;
            default -> throw cursor.malformed("has an escape that is not known");
        };
    }
}
